"""Makes the environments the product runs in. Standard library only: it runs before anything is installed."""
