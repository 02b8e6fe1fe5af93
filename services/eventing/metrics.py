"""The one registry of metrics of a service: names, meaning and labels."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS_IN = Counter("amends_events_in", "Records consumed", ["topic"])
EVENTS_OUT = Counter("amends_events_out", "Records that Kafka acknowledged", ["topic"])
DUPLICATES = Counter("amends_duplicates", "Events dropped as already seen", ["type"])
SEQUENCE_GAPS = Counter("amends_sequence_gaps", "Events whose sequence skipped at least one", ["type"])
DEAD_LETTERS = Counter("amends_dead_letters", "Records refused", ["topic", "code"])
HALTED_PARTITIONS = Gauge("amends_halted_partitions", "Partitions stopped by the dead-letter limit")
BATCH_SECONDS = Histogram("amends_batch_seconds", "Time of one batch", ["topic"],
                          buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30))  # fmt: skip
BATCH_RECORDS = Histogram("amends_batch_records", "Records in one batch", buckets=(1, 10, 100, 250, 500, 1000, 5000))
BATCH_RETRIES = Counter("amends_batch_retries", "Batches tried again after an infrastructure fault", ["topic"])
LAST_PROGRESS = Gauge("amends_last_progress_timestamp_seconds", "When a batch was last committed")
CONSUMER_LAG = Gauge("amends_consumer_lag_records", "Records not yet processed", ["topic", "partition"])
EVENT_AGE = Histogram("amends_event_end_to_end_seconds", "Age of the oldest record of a batch when committed",
                      ["topic"], buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600))  # fmt: skip
WAITING_RECORDS = Gauge("amends_waiting_records", "Records fetched from Kafka that wait for their batch", ["topic"])
SKIPPED_OFFSETS = Counter("amends_skipped_offsets", "Offsets that Kafka left out between two records", ["topic"])
REBALANCES = Counter("amends_rebalances", "Assignments received")
OUTBOX_ROWS = Gauge("amends_outbox_rows", "Rows waiting for the relay")
OUTBOX_AGE = Gauge("amends_outbox_oldest_unsent_seconds", "Age of the oldest waiting row")
BUSINESS_DATE_COMPLETED = Gauge(
    "amends_business_date_completed_timestamp_seconds", "When the newest business date was completed"
)
LOANS_TO_CLOSE = Gauge("amends_loans_to_close", "Loans that the close of the business date has still to look at")
EVENT_LOOP_LATE = Histogram("amends_event_loop_late_seconds", "How late the event loop woke a task that slept",
                            buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5))  # fmt: skip
CONNECTION_WAIT = Histogram("amends_connection_wait_seconds", "Wait for a connection to PostgreSQL from the pool",
                            buckets=(0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30))  # fmt: skip
UNUSABLE_ADDRESSES = Counter("amends_unusable_addresses", "Registered addresses that cannot exist", ["channel"])
NOTIFICATIONS = Counter("amends_notifications", "Messages by what became of them", ["outcome", "channel"])
NOTIFICATIONS_KEPT_BACK = Counter("amends_notifications_kept_back", "Messages that a rule deferred or suppressed",
                                  ["outcome", "rule"])  # fmt: skip
NOTIFICATION_AGE = Histogram("amends_notification_age_seconds", "From asking for a message until a provider took it",
                             ["channel"], buckets=(1, 5, 15, 60, 300, 900, 3600, 14_400, 43_200, 86_400))  # fmt: skip
DISPATCHES_IN_FLIGHT = Gauge("amends_dispatches_in_flight", "Dispatches whose channel has not answered", ["channel"])
HTTP_REQUESTS = Counter("amends_http_requests", "HTTP requests answered", ["method", "route", "status"])
HTTP_REQUEST_SECONDS = Histogram("amends_http_request_seconds", "Time to answer an HTTP request", ["method", "route"],
                                 buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10))  # fmt: skip
CHANNEL_ATTEMPTS = Counter("amends_channel_attempts", "Messages given to a channel, and how that ended",
                           ["channel", "outcome"])  # fmt: skip
CHANNEL_SECONDS = Histogram("amends_channel_seconds", "Time of one hand-over to a provider", ["channel"],
                            buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30))  # fmt: skip
CHANNEL_BREAKER = Gauge("amends_channel_breaker_state", "0: all pass, 1: one on trial, 2: left alone", ["channel"])
CHANNEL_SEGMENTS = Counter("amends_channel_segments", "Parts that text messages were billed as", ["channel"])
CHANNEL_COST = Counter("amends_channel_cost_micros", "Cost of messages taken, in millionths of a unit of the currency",
                       ["channel", "currency"])  # fmt: skip
RECEIPTS = Counter("amends_receipts", "What providers told of messages, and what was made of it",
                   ["provider", "outcome"])  # fmt: skip
REPLIES = Counter("amends_replies", "What borrowers wrote back, and what was made of it", ["provider", "outcome"])
RESEALED_VALUES = Counter("amends_resealed_values", "Values brought under the key that seals", ["table"])
UNOPENED_VALUES = Counter("amends_unopened_values", "Sealed values that no key of the ring opens", ["table"])
SEALED_PLAIN_ROWS = Counter("amends_sealed_plain_rows", "Rows sealed that were kept in plain", ["table"])
RESEALING_DONE = Gauge("amends_resealing_done", "1 once all values of a table were looked at under the sealing key",
                       ["table"])  # fmt: skip
ERASED_BORROWERS = Counter("amends_erased_borrowers", "Borrowers whose data was erased", ["kind"])
ERASED_LOANS = Counter("amends_erased_loans", "Loans of which the time to keep records was over")
