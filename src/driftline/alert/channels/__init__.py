"""The ways to people: one file and one line each. A channel that is not set opens as None."""

from collections.abc import Callable

from driftline.alert.channels import console, webhook
from driftline.alert.channels.channel import Channel
from driftline.config import Settings

CHANNELS: dict[str, Callable[[Settings], Channel | None]] = {
    "console": console.open_channel,
    "webhook": webhook.open_channel,
}


def open_channels(settings: Settings) -> dict[str, Channel]:
    """Return the channels that ``settings`` turn on, by name.

    Raises:
        BadSetting: one of them cannot be used as it is set.
    """
    opened = {name: factory(settings) for name, factory in CHANNELS.items()}
    return {name: channel for name, channel in opened.items() if channel is not None}
