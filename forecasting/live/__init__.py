"""Prices and sun from the public world: asked, understood, kept, and honest about what is missing."""
