"""Sending: messages wait, are looked at again when their time has come, and leave once by one channel."""
