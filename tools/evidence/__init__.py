"""What is known of VMRay's REST API, and from where: read from the contract tests, written to docs/api-evidence.md."""
