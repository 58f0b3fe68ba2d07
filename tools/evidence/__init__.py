"""What is known of VMRay's REST API, and from where: from the contract tests to docs/api-evidence.md."""
