"""Meters: what they measure, checked and put into the signs and units of the site."""
