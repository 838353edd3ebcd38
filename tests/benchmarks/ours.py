import asyncio
import os
from bot.application import Kawan
from bot.logs import set_up_logs
from bot.settings import read_settings

async def main() -> None:
    settings = read_settings()
    set_up_logs(settings.log_level, settings.log_format, [settings.token])
    kawan = Kawan(settings)
    await kawan.start()
    await asyncio.Event().wait()

prof = os.environ.get("PROF")
if prof:
    import cProfile, signal, sys
    p = cProfile.Profile()
    import threading
    def toggle(*_):
        if getattr(p, "_on", False):
            p.disable(); p.dump_stats(prof); p._on=False
        else:
            p._on=True; p.enable()
    class P(cProfile.Profile): pass
    p = P()
    signal.signal(signal.SIGUSR1, toggle)
asyncio.run(main())
