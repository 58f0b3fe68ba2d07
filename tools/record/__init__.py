"""Real responses of VMRay servers: record them, remove secrets from them, read recorded folders."""
