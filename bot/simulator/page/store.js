// What the page knows, kept up to date by the simulator's events.
//
// Topics: "world" (everything anew), "message" {person, id, kind}, "state" {person},
// "answer" {person, …}, "action" {person, action}, "unread" {person}, "cast", "clock", "call", "link".

const CALLS_KEPT = 400;

export class Store {
  constructor() {
    this.bot = { name: "Kawan Kinerja", username: "", description: "" };
    this.chats = new Map(); // person id -> {person, messages: [sorted by id], …}
    this.cast = [];
    this.samples = []; // what the attachment menu offers besides own files
    this.hint = ""; // what newcomers may try first
    this.calls = [];
    this.unread = new Map();
    this.isWatched = () => false; // set by the app: is this person's chat in front of a reader?
    this.clockOffset = 0;
    this.linked = false;
    this.listeners = new Map();
  }

  on(topic, listener) {
    if (!this.listeners.has(topic)) this.listeners.set(topic, new Set());
    this.listeners.get(topic).add(listener);
    return () => this.listeners.get(topic).delete(listener);
  }

  tell(topic, detail = {}) {
    for (const listener of this.listeners.get(topic) ?? []) listener(detail);
  }

  now() {
    return new Date(Date.now() + this.clockOffset);
  }

  member(id) {
    return this.cast.find((one) => one.id === id);
  }

  chat(id) {
    if (!this.chats.has(id)) this.chats.set(id, emptyChat(id));
    return this.chats.get(id);
  }

  message(person, id) {
    return this.chat(person).messages.find((one) => one.id === id);
  }

  // ---- what the server sends ------------------------------------------------------------

  receive(event) {
    const handler = HANDLERS[event.type];
    if (handler) handler(this, event);
  }

  loadWorld({ world, cast, samples, hint, now, calls, afresh }) {
    const { first_name: name, username, profile = {} } = world.bot;
    const description = profile["description|id"] ?? profile["description|"] ?? "";
    this.bot = { name, username, description };
    this.chats.clear();
    for (const [id, view] of Object.entries(world.chats)) {
      const messages = [...view.messages].sort((one, other) => one.id - other.id);
      this.chats.set(Number(id), { ...emptyChat(Number(id)), ...view, messages });
    }
    this.cast = cast;
    this.samples = samples ?? [];
    this.hint = hint ?? "";
    this.calls = (calls ?? []).slice(-CALLS_KEPT);
    this.setClock(now);
    if (afresh) this.unread.clear();
    this.tell("world", { afresh });
    this.tell("cast");
    this.tell("unread", {});
  }

  setClock(iso) {
    this.clockOffset = new Date(iso).getTime() - Date.now();
    this.tell("clock");
  }

  setLinked(linked) {
    if (this.linked === linked) return;
    this.linked = linked;
    this.tell("link", { linked });
  }

  putMessage(person, message, kind) {
    const { messages } = this.chat(person);
    const at = messages.findIndex((one) => one.id >= message.id);
    const known = at >= 0 && messages[at].id === message.id;
    if (known) messages[at] = message;
    else if (at < 0) messages.push(message);
    else messages.splice(at, 0, message);
    this.tell("message", { person, id: message.id, kind: known ? "edit" : kind });
    if (!known && message.from_bot && !this.isWatched(person)) this.countUnread(person, 1);
  }

  dropMessage(person, id) {
    const chat = this.chat(person);
    const gone = chat.messages.find((one) => one.id === id);
    if (!gone) return;
    chat.messages = chat.messages.filter((one) => one !== gone);
    this.tell("message", { person, id, kind: "delete", groupId: gone.media_group_id });
  }

  updateState(person, change) {
    Object.assign(this.chat(person), change);
    this.tell("state", { person, change });
  }

  countUnread(person, more) {
    this.unread.set(person, (this.unread.get(person) ?? 0) + more);
    this.tell("unread", { person });
  }

  markRead(person) {
    if (!this.unread.get(person)) return;
    this.unread.delete(person);
    this.tell("unread", { person });
  }

  addCall(call) {
    this.calls.push(call);
    if (this.calls.length > CALLS_KEPT) this.calls.splice(0, this.calls.length - CALLS_KEPT);
    this.tell("call", { call });
  }
}

function emptyChat(id) {
  return {
    person: { id, first_name: "" },
    messages: [],
    blocked: false,
    commands: [],
    menu_button: null,
    pinned: [],
    reply_keyboard: null,
    force_reply: null,
  };
}

const HANDLERS = {
  world: (store, event) => store.loadWorld(event),
  message: (store, event) => store.putMessage(event.person, event.message, "new"),
  edit: (store, event) => store.putMessage(event.person, event.message, "edit"),
  delete: (store, event) => store.dropMessage(event.person, event.message_id),
  state: (store, event) => store.updateState(event.person, event.state),
  answer: (store, event) => store.tell("answer", event),
  action: (store, event) => store.tell("action", event),
  call: (store, event) => store.addCall(event.call),
  clock: (store, event) => store.setClock(event.now),
  cast: (store, event) => {
    store.cast = event.cast;
    store.tell("cast");
  },
};
