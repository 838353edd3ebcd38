"""`kawan run`: the real bot, until it is asked to end."""

import asyncio
import gc
import logging
import socket
from typing import TYPE_CHECKING

from telegram import Bot
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.application import Kawan
from bot.commands import FAILURE, WRONG_USE, Failed
from bot.commands.opening import bring_up_to_date, make_database
from bot.intake import ALLOWED_UPDATES
from bot.logs import set_up_logs
from bot.settings import WEBHOOK_PORT, Settings
from bot.signals import when_asked_to_end

if TYPE_CHECKING:
    from bot.web import Web

logger = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
STOPS_WITHIN_S = 30.0
EVERYWHERE = ""
ONLY_HERE = "127.0.0.1"


def run_bot(settings: Settings) -> None:
    """Run the bot in the foreground. Raises `Failed` when it cannot start or go on."""
    set_up_logs(settings.log_level, settings.log_format, settings.secrets)
    logging.captureWarnings(True)
    asyncio.run(_until_asked_to_end(settings))


async def _until_asked_to_end(settings: Settings) -> None:
    stop = asyncio.Event()
    when_asked_to_end(stop.set)
    await run_until(stop, settings)


async def run_until(stop: asyncio.Event, settings: Settings) -> None:
    """Run the bot until `stop` is set, then finish what is in hand."""
    await make_database(settings).close()  # a wrong address is told in one line
    listener = _listen(settings)
    kawan = Kawan(settings)
    web = _web(kawan, listener)
    try:
        await bring_up_to_date(kawan.database)
        if not await _reach_telegram(kawan.bot, stop):
            return
        await kawan.start(poll=not settings.webhook_url)
        settle_memory()
        if web is not None:
            web.start()
        if settings.webhook_url:
            await _set_webhook(kawan.bot, settings, stop)
        await _work(kawan, web, stop)
    finally:
        await _end(kawan, web)
    logger.info("stopped")


def settle_memory() -> None:
    """Let no tap wait while what is loaded for good is searched for rubbish again and again."""
    gc.collect()
    gc.freeze()


def _listen(settings: Settings) -> socket.socket | None:
    """Open the port first: that it is taken is found out before anything has begun."""
    if not settings.webhook_url and settings.http_port is None:
        return None
    port = WEBHOOK_PORT if settings.http_port is None else settings.http_port
    # Telegram must get through to the webhook; health and figures are this machine's business.
    host = EVERYWHERE if settings.webhook_url else ONLY_HERE
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise Failed(
            f"Porta {port} tidak bisa dipakai ({error.strerror}). Ganti HTTP_PORT di berkas .env.",
            FAILURE,
        ) from None
    # Else each answer waits some 40 ms: its body for the acknowledgement of its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _web(kawan: Kawan, listener: socket.socket | None) -> "Web | None":
    if listener is None:
        return None
    from bot.web import Web  # a bot that polls does without a server

    return Web(kawan, listener)


async def _reach_telegram(bot: Bot, stop: asyncio.Event) -> bool:
    """Try until Telegram has answered who we are; False when asked to end before."""
    pause = FIRST_PAUSE_S
    while not stop.is_set():
        try:
            await bot.initialize()
        except InvalidToken:
            # The library's own message repeats the token.
            raise _refused() from None
        except TelegramError as error:
            if isinstance(error, RetryAfter):
                pause = max(pause, _seconds(error))
            logger.warning(
                "Telegram cannot be reached (%s); trying again in %g s", _name(error), pause
            )
            await _pause(pause, stop)
            pause = min(pause * 2, LONGEST_PAUSE_S)
        else:
            return True
    return False


async def _set_webhook(bot: Bot, settings: Settings, stop: asyncio.Event) -> None:
    """Ask Telegram to bring the updates; what waits there is kept."""
    pause = FIRST_PAUSE_S
    while not stop.is_set():
        try:
            await bot.set_webhook(
                settings.webhook_url,
                secret_token=settings.webhook_secret.get_secret_value(),
                allowed_updates=ALLOWED_UPDATES,
            )
        except BadRequest as error:  # a subclass of NetworkError, and hopeless
            raise Failed(
                f"Telegram menolak WEBHOOK_URL: {error.message}. Perbaiki di berkas .env.",
                WRONG_USE,
            ) from None
        except (NetworkError, RetryAfter) as error:
            logger.warning("webhook not set (%s); trying again in %g s", _name(error), pause)
            await _pause(pause, stop)
            pause = min(pause * 2, LONGEST_PAUSE_S)
        else:
            logger.info("webhook set")
            return


async def _work(kawan: Kawan, web: "Web | None", stop: asyncio.Event) -> None:
    """Wait until asked to end, or until something that must go on has ended by itself."""
    asked = asyncio.get_running_loop().create_task(stop.wait(), name="asked to end")
    needed = [task for task in (kawan.polling, kawan.sending, web and web.serving) if task]
    try:
        await asyncio.wait([asked, *needed], return_when=asyncio.FIRST_COMPLETED)
    finally:
        asked.cancel()
    for task in needed:
        if task.done() and not stop.is_set():
            if not task.cancelled() and isinstance(task.exception(), InvalidToken):
                raise _refused()
            raise Failed(f"Bagian {task.get_name()} berhenti sendiri; lihat catatan di atas.")


async def _end(kawan: Kawan, web: "Web | None") -> None:
    try:
        async with asyncio.timeout(STOPS_WITHIN_S):
            if web is not None:
                await web.stop()
            await kawan.stop()
            await kawan.bot.shutdown()  # where the start did not get that far
    except TimeoutError:
        logger.warning(
            "not everything in hand could be finished; it is taken up at the next start"
        )


async def _pause(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


def _refused() -> Failed:
    return Failed(
        "Telegram menolak BOT_TOKEN. Salin lagi tokennya dari @BotFather ke berkas .env.",
        WRONG_USE,
    )


def _name(error: BaseException) -> str:
    # What broke is said by the cause; its message may hold the address, and so the token.
    return type(error.__cause__ or error).__name__


def _seconds(wait: RetryAfter) -> float:
    after = wait.retry_after
    return float(after if isinstance(after, int | float) else after.total_seconds())
