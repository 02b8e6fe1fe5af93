"""The embedded stack as the settings of services."""

from deploy.embedded.stack import StackAddresses


def environment_of(addresses: StackAddresses) -> dict[str, str]:
    """The variables that point services at the embedded stack, on a business date that events open."""
    return {
        "AMENDS_KAFKA_BOOTSTRAP": addresses.kafka_bootstrap,
        "AMENDS_DATABASE_URL": addresses.database_url,
        "AMENDS_NOTIFIER_SMTP_HOST": addresses.smtp_host,
        "AMENDS_NOTIFIER_SMTP_PORT": str(addresses.smtp_port),
        "AMENDS_NOTIFIER_SMTP_TLS": "none",
        "AMENDS_NOTIFIER_SMS_GATEWAY_URL": addresses.sms_gateway_url,
        "AMENDS_CLOCK": "events",
    }
