"""A package, so that JupyterLab and Chromium end after its last test."""
