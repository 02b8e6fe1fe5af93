"""`python -m amends`."""

from amends.command_line import main

main()
