"""The real bot, as a process of its own, against the practice exchange: in dry-run, and live.

A test takes fixtures (`tests.live.conftest`) and names the modes that it runs in::

    @in_dry_run_and_live("D3")  # twice, each shows the row in its mode; or in_live("D14"), or neither
    def test_…(start_bot: StartBot, prices: SteeredPrices, account: ExchangeAccount) -> None:
        bot = start_bot(riskkit={"circuit_breaker": {…}})
        open_positions(bot, *PAIRS[:3])
        close_position(bot, prices, PAIRS[0], 95.0)
        wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=…")

- `start_bot(source, config=…, riskkit=…, live=…)` starts a bot, `make_bot` only makes one. Without a source
  it is a *puppet* (`strategies.puppet(body)`, whose body adds members): it does what `bot.hold(enter=…,
  exit=…)` says, and what its session knows at the beginning of each loop stands in `bot.seen()`. A live bot
  trades with the account `main`: 10,000 USDT, no fees; the fixture `accounts` may be overridden.
- `bot.rest` asks and tells it by REST (locks, trades, force entries, pause); `bot.lines(pattern)` reads its
  log; `bot.command("status", "--json")` runs a `riskkit` command on its config and user_data; `bot.flag()` is
  the place of the flag file; `ledger` and `database` read its records behind its back.
- `bot.when(what, condition)`, `bot.loops()` and `bot.wait_for(what, look)` wait; nothing sleeps. A loop takes
  a second, the shortest that Freqtrade's config can say. After an error of the exchange that ends a loop
  Freqtrade waits 30 s: `puppet(TRIES_SOON)` makes that one second.
- A bot is forked from a process that has imported Freqtrade (`tests.live.preloaded`), which spares half of
  its start; with an environment of its own it is started as a command.
- `bot.kill()`, `bot.restart()`, `bot.stop()`, `bot.reload(riskkit)`; it is killed at the end come what may.
- `prices.set(price, *pairs)` moves prices. `account` is what the exchange has: orders, stops and money. It
  deposits and withdraws, and does anything else by `account.perform(Reject(…))`, `Down`, `Freeze`, `Crash`
  and so on (`freqtrade_riskkit.practice.actions`).
- `config=STOPS_ON_EXCHANGE` (`tests.live.bot`) puts a live bot's stops on the exchange, their limits 1 %
  below; give the puppet a stop loss then: `puppet("stoploss = -0.05")`.
- Freqtrade's wallet is read anew when it trades, not in every loop.
"""
