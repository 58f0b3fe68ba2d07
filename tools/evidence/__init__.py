"""Write docs/api-evidence.md: what is known about VMRay's REST API, and the source of each fact."""
