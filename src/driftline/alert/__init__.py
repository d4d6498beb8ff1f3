"""The voice: one incident becomes one message, put into the outbox and delivered to the channels that are set."""
