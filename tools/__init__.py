"""The project's development tools: packaging, generated files, pictures, recordings. They are not shipped."""
