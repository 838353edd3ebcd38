// The stream of events from the simulator. The first one is the whole world, also after a
// broken line, so nothing is ever missed.

const SILENCE = 40_000; // the server speaks at least every 15 s

export function listen(store) {
  let source;
  let watchdog;

  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(reconnect, SILENCE);
  };
  const connect = () => {
    source = new EventSource("/api/events");
    source.onopen = alive;
    source.onmessage = ({ data }) => {
      alive();
      const event = JSON.parse(data);
      if (event.type === "world") store.setLinked(true);
      store.receive(event);
    };
    source.onerror = () => {
      store.setLinked(false);
      // The browser tries again by itself, except after a refusal.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(watchdog);
        watchdog = setTimeout(reconnect, 2000);
      }
    };
    alive();
  };
  const reconnect = () => {
    source.close();
    store.setLinked(false);
    connect();
  };
  connect();
  addEventListener("pagehide", () => source.close());
}
