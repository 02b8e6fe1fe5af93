"""The sink's page: the messages that arrived, as plain HTML without scripts or foreign assets."""

from collections.abc import Mapping
from datetime import datetime
from html import escape

from deploy.embedded.mailbox import Channel, Message

SHOWN = 200
FIRST_WORDS = 60
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CHANNEL_NAMES = {Channel.EMAIL: "E-mail", Channel.SMS: "SMS"}

STYLE = """
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d5dae0;
  --link: #0b57d0; --email: #0b57d0; --sms: #1a6b32; }
@media (prefers-color-scheme: dark) { :root { --ground: #111418; --card: #1a1f25; --ink: #e8ebef; --soft: #a6b0bb;
  --line: #333b45; --link: #8ab4f8; --email: #8ab4f8; --sms: #7fd69a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
p { margin: .25rem 0 1rem; color: var(--soft); }
a { color: var(--link); }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: .5rem; }
.counts { display: flex; gap: .75rem; margin: 1rem 0; padding: 0; list-style: none; }
.counts li { flex: 1; background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: .6rem 1rem; }
.counts strong { display: block; font-size: 1.6rem; font-variant-numeric: tabular-nums; line-height: 1.2; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: 0 0 1rem; }
label { flex: 1 1 14rem; font-size: .9rem; color: var(--soft); }
input { display: block; width: 100%; font: inherit; color: inherit; background: var(--card); padding: .5rem .7rem;
  border: 1px solid var(--soft); border-radius: .5rem; min-height: 2.75rem; }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.2rem; border-radius: .5rem;
  border: 1px solid var(--link); background: var(--link); color: var(--card); cursor: pointer; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.messages { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
details { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
summary { padding: .7rem 1rem; cursor: pointer; overflow-wrap: anywhere; }
.meta { display: inline; color: var(--soft); font-size: .88rem; }
.channel { font-weight: 700; } .email { color: var(--email); } .sms { color: var(--sms); }
.words { display: block; font-weight: 600; }
.body { padding: 0 1rem 1rem; border-top: 1px solid var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; font-size: .88rem; margin: .7rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
"""


def render_page(messages: list[Message], counts: Mapping[Channel, int], query: str) -> str:
    """The whole page."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_title(query)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<a class="skip" href="#messages">Skip to the messages</a>
<h1>Messages that arrived</h1>
<p>What the mail server and the SMS gateway of this stack took in. Nothing leaves this machine.</p>
<ul class="counts" aria-label="Messages by channel">
{"".join(_count(channel, counts[channel]) for channel in Channel)}
</ul>
{_form(query)}
<section id="messages" aria-labelledby="shown">
<p id="shown">{_summary(len(messages), query)}</p>
<ol class="messages">
{"".join(_message(message) for message in messages)}
</ol>
</section>
</main>
</body>
</html>
"""


def _title(query: str) -> str:
    return f"“{escape(query)}” – messages that arrived" if query else "Messages that arrived"


def _count(channel: Channel, count: int) -> str:
    return f'<li><strong class="{channel}">{count:,}</strong>{CHANNEL_NAMES[channel]}</li>\n'


def _form(query: str) -> str:
    clear = '<a href="/">Show all</a>' if query else ""
    return f"""<form role="search" method="get" action="/">
<label>Find in address, subject or text<input type="search" name="query" value="{escape(query)}"></label>
<button type="submit">Find</button> {clear}
</form>"""


def _summary(shown: int, query: str) -> str:
    what = f"The latest {shown}" if shown == SHOWN else str(shown) if shown else "No"
    matching = f" with “{escape(query)}”" if query else ""
    return f"{what} {'message' if shown == 1 else 'messages'}{matching}, newest first."


def _message(message: Message) -> str:
    subject = f"<dt>Subject</dt><dd dir=auto>{escape(message.subject)}</dd>" if message.subject else ""
    return f"""<li><details>
<summary><span class="meta"><span class="channel {message.channel}">{CHANNEL_NAMES[message.channel]}</span>
{_time(message.arrived_at)} · to {escape(message.to)}</span>
<span class="words" dir="auto">{escape(_first_words(message))}</span></summary>
<div class="body"><dl><dt>From</dt><dd>{escape(message.sender) or "–"}</dd>{subject}
<dt>Reference</dt><dd>{escape(message.reference) or "–"}</dd></dl>
<pre dir="auto">{escape(message.body)}</pre></div>
</details></li>
"""


def _first_words(message: Message) -> str:
    text = " ".join((message.subject or message.body).split())
    return text if len(text) <= FIRST_WORDS else f"{text[: FIRST_WORDS - 1]}…"


def _time(arrived_at: str) -> str:
    shown = datetime.fromisoformat(arrived_at).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f'<time datetime="{escape(arrived_at)}">{shown}</time>'
