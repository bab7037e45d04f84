"""How the installation is doing: health and figures."""
