"""From files and the public world to prices, solar and load on the time grid."""
