"""Steps of the project's own workshop: packaging, pictures, records. None of them is shipped."""
