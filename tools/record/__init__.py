"""Real answers of VMRay servers: recording a conversation, scrubbing it, and reading recorded folders."""
