"""The predefined widgets: one self-contained HTML file for each action, built from shared sources."""
