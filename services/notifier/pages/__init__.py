"""The borrower's own pages: a signed link and a second factor, then offers, answers and opt-outs."""
