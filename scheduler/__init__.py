"""From a site, requests and series to a proven plan: the MILP."""
