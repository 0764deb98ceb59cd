"""What draws say of ties, observed or not."""
