"""One question to Telegram, asked before a command changes anything: who are we?"""

from bot.commands import FAILURE, WRONG_USE, Failed
from bot.settings import Settings

PATIENCE_S = 10.0


def bot_username(settings: Settings) -> str:
    """Ask Telegram for the bot's username; an invitation's link needs it.

    Raises `Failed`: the token is refused, or Telegram does not answer.
    """
    import httpx

    base = settings.telegram_api_url.rstrip("/")
    try:
        answer = httpx.get(f"{base}/bot{settings.token}/getMe", timeout=PATIENCE_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The error itself names the address, and so the token.
        raise Failed(
            f"Telegram tidak terjangkau ({type(error).__name__}). Tidak ada yang berubah. "
            "Periksa sambungan internet, lalu coba lagi.",
            FAILURE,
        ) from None
    if answer.status_code in {401, 404}:
        raise Failed(
            "Telegram menolak BOT_TOKEN. Salin lagi tokennya dari @BotFather ke berkas .env.",
            WRONG_USE,
        )
    try:
        return str(answer.json()["result"]["username"])
    except (ValueError, KeyError, TypeError):
        raise Failed(
            f"Jawaban Telegram tidak terbaca (HTTP {answer.status_code}). "
            "Tidak ada yang berubah. Coba lagi sebentar lagi.",
            FAILURE,
        ) from None
