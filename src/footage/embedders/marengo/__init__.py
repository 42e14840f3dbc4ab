"""Twelve Labs Marengo: videos are embedded by a service, through its official SDK."""
