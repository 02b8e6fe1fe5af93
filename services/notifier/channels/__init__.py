"""How messages leave: e-mail, SMS, the lender's own app, and calls that people make."""
