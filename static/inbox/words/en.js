// English.

const n = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export default {
  actions: {
    again: "Try again", assign: "Assign …", assign_me: "Assign to me", cancel: "Cancel", close: "Close", close_menu: "Close the menu",
    copy_link: "Copy a link", dismiss: "Dismiss", edit_view: "Change this view …", go: (where) => `Go to ${where}`, leave: "Leave the thread", new: "New conversation",
    next: "Next thread", note: "Write a note", open: "Open the thread", palette: "Command palette", previous: "Previous thread",
    priority: "Set the priority …", reopen: "Reopen", reply: "Reply", save: "Save", save_view: "Save as a view …", search: "Search", select: "Select", self: "You",
    sheet: "Keyboard shortcuts", status: "Set the status …", tag: "Tags …", team: "Give to a team …", undo: "Undo",
  },
  bulk: {
    all: "Select all shown", cannot: (count) => `${n(count, "thread", "threads")} can't be changed.`, done: (count) => n(count, "thread", "threads"),
    failed: (count) => `${n(count, "thread was", "threads were")} not changed.`, go: "Do it", label: "Selected threads", more: (count) => `and ${count} more`,
    none: "Select none", selected: (count) => `${count} selected`, sure: (count) => `Change ${n(count, "thread", "threads")}?`,
    undone: (count) => `${n(count, "thread is", "threads are")} as before.`,
  },
  channel: { api: "API", chat: "Chat", email: "E-mail", form: "Form" },
  composer: {
    add_note: "Add note", anyway: "Send anyway", attach: "Attach files", choose_saved: "Choose a saved reply", edit: "Edit", files: "Files that go along",
    held: "Not sent: the thread has changed since you wrote this.", late: "CommFlow can't be reached. This is sent as soon as it can.",
    note: "Note", note_label: "Your note", note_place: "Write a note for your team …", now: "Send now", only_team: "Only your team sees this",
    refused: "Not sent:", remove: (name) => `Remove ${name}`, reply: "Reply", reply_label: "Your reply", reply_place: "Write a reply … / for saved replies",
    saved: "Saved replies", send: "Send", send_close: "Send and close", sending: "Your reply is on its way.", sent_already: "It was sent already.",
    still_uploading: "A file is still on its way.", to: (name) => `to ${name}`, too_many: (count) => `A message takes ${count} files at most.`,
    type: "Reply or note", uploading: (name) => `${name} is being uploaded`, waits: "Sending …",
  },
  did: {
    assigned: (name) => `Assigned to ${name}.`, closed: "Closed.", copied: "The link is copied.", field: (name) => `${name} is changed.`, inbox: (name) => `Moved to ${name}.`,
    priority: (name) => `Priority: ${name}.`, reopened: "Open again.", status: (name) => `Status: ${name}.`, subject: "The subject is changed.",
    tagged: (name) => `Tagged ${name}.`, team: (name) => `Team: ${name}.`, unassigned: "Assigned to nobody.",
  },
  errors: { unknown: "Something went wrong here.", unreachable: "CommFlow can't be reached. Try again in a moment." },
  fields: {
    add: "Add a field", assignee: "Assignee", channel: "Channel", contact: "Contact", custom_fields: "Custom fields", inbox: "Inbox", name: "Name of the field", none: "None",
    priority: "Priority", sla_status: "SLA", status: "Status", tag: "Tag", tags: "Tags", team: "Team", waiting: "Waiting",
  },
  filters: { add: "Add a filter", me: "Me", remove: (name) => `Remove the filter ${name}`, sort: "Sort by" },
  frame: {
    contacts: "Contacts", conversations: "Conversations", count: (count) => n(count, "thread", "threads"), find: "Search or do …", live: "Live: changes appear as they happen", menu: "Menu",
    navigation: "Navigation", not_live: "Not connected: reconnecting", reports: "Reports", search: "Search", settings: "Settings", skip: "Skip to the content", tickets: "Tickets",
  },
  groups: { go: "Go", list: "List", thread: "Thread" },
  history: {
    assigned: (name) => `assigned this to ${name}`, custom_fields: "changed the custom fields", inbox: (name) => `moved this to ${name}`, no_team: "took this from its team",
    priority: (name) => `set priority to ${name.toLowerCase()}`, status: (name) => `set status to ${name.toLowerCase()}`, subject: (name) => `changed the subject to “${name}”`,
    tagged: (names) => `added ${names}`, team: (name) => `gave this to ${name}`, ticket: "made this a ticket", unassigned: "assigned this to nobody", untagged: (names) => `removed ${names}`,
  },
  keys: { label: "Find a shortcut", now_off: "Single keys do nothing now.", now_on: "Single keys work.", off: "Keys (single ones are off)", title: "Keys" },
  list: { empty: "Nothing here. Well done.", failed: "This list could not be read.", label: "Threads", select: (name) => `Select ${name}` },
  new: {
    contact_place: "Name or e-mail address", description: "What they ask for", discard: "Discard", discarded: "The draft is gone.", found: "Contacts found", inbox: "Inbox", kept: "Kept as a draft until it is sent.", make: "Make the ticket",
    message: "Message", name: "Their name, if you know it", other: "Choose somebody else", send: "Send", subject: "Subject", ticket: "Also make it a ticket", title: "New conversation", to: "To",
  },
  notices: { sign_in: "Sign in", signed_out: "You are signed out. What you have written is kept.", unreachable: "CommFlow can't be reached. It is tried again." },
  palette: { actions: "Do", label: "Type a command or search …", none: "Nothing found.", people: "Contacts", search: (text) => `Search for “${text}”`, threads: "Found", views: "Go to" },
  pick: {
    assignee: "Assign to …", inbox: "Move to …", many: (count) => n(count, "thread", "threads"), new_tag: (name) => `New tag “${name}”`, priority: "Priority …", status: "Status …", tags: "Tags …",
    team: "Team …", you: "you",
  },
  priority: { high: "High", low: "Low", normal: "Normal", urgent: "Urgent" },
  reports: {
    as_table: "The same as a table", busier: "busier", busiest: (day, hours, count) => `Busiest: ${day}, ${hours}, with ${count} messages.`, busiest_hours: "When people write", by_agent: "Agents", by_day: "Day by day",
    by_team: "Teams", chart: "New threads by day and channel", closed: "Closed", compared: (from, to) => `Compared with as many days before (${from} – ${to}).`, day: "Day", days_30: "30 days", days_7: "7 days", days_90: "90 days",
    failed: "The figures could not be read.", faster: (share) => `${share} faster`, fewer: "fewer", file_of: (name) => `${name} as CSV`, first_response: "First response", from: "From",
    kept: (kept, all) => `${kept} of ${all} tickets`, last_month: "Last month", less: (share) => `${share} fewer`, medians: "Times are medians.", messages_in: "Messages in", messages_out: "Replies", more: (share) => `${share} more`, most: (length) => `90% within ${length}`,
    new: "New", no_hours: "Nobody wrote in these days.", none: "Nothing happened in these days.", points_less: (count) => `${count} points lower`, points_more: (count) => `${count} points higher`, range: "Days", replies: "Replies",
    resolution: "Resolution", same: "As before", sla: "SLA kept", slower: (share) => `${share} slower`, team: "Team", this_month: "This month", to: "To", totals: "Totals", user: "Agent",
  },
  self: {
    comfortable: "Comfortable rows", compact: "Compact rows", docs: "API documentation", keys_off: "Turn single keys off", keys_on: "Turn single keys on", look: "Light or dark", settings: "Your settings",
    sign_out: "Sign out", theme: (name) => `Appearance: ${name}`, theme_dark: "Dark", theme_light: "Light", theme_system: "As the system",
  },
  sla: {
    breached: "Breached", first_response: "First response", left: (length) => `${length} left`, met: "Met", missed: "Missed", on_track: "On track", over: (length) => `${length} late`, paused: "Paused",
    resolution: "Resolution", title: "SLA", warning: "Due soon",
  },
  sorts: {
    created_at: "Oldest", down_created_at: "Newest", down_last_message_at: "Last message, newest first", down_priority: "Priority", down_updated_at: "Last change", last_message_at: "Last message, oldest first",
    waiting_since: "Waiting longest",
  },
  status: { closed: "Closed", open: "Open", pending: "Pending", resolved: "Resolved" },
  steps: {
    copied: "The example is copied.", copy: "Copy the example", demo: "Try it with demo data", demo_about: "Made-up people and threads, to look around in. They can be removed again.", demo_busy: "One moment …", demo_go: "Add demo data",
    demo_on: "Demo data is here", demo_on_about: "Look around as you like. When you are done, remove it with everything written in it.", demo_remove: "Remove the demo data", dismiss: "Don't show this again", done: "done",
    empty: "Nothing has come in yet. These are good things to begin with, in any order.", example: "An example of a call", key: "Connect what sends you messages", key_about: "With an API key, a call like this begins a conversation:", key_go: "Make an API key",
    remove_about: "All demo threads, contacts and people go, and so does what you have written in demo threads. This can't be taken back.", remove_title: "Remove the demo data?", removed: "The demo data is gone.", start: "Write to somebody",
    start_about: "Begin a conversation yourself.", team: "Invite your team", team_about: "Each gets a link to set a password.", team_go: "Invite", title: "What next", webhook: "Tell other programs what happens",
    webhook_about: "A webhook sends each event to an address of yours.", webhook_go: "Add a webhook", with_demo: "What you see here is made up. These are good things to begin with, in any order.",
  },
  thread: {
    back: "Back to the list", details: "Details", earlier: "Earlier", file_gone: "deleted", is_typing: (name) => `${name} is writing`, is_viewing: (name) => `${name} is looking`, messages: "Messages",
    missing: "There is no such thread.", no_tags: "No tags", no_team: "No team", nobody: "Nobody", none: "Choose a thread, or press j.", note_badge: "Note · only your team sees this",
    older: (count) => `${count} earlier`, system: "CommFlow", unassigned: "Unassigned",
  },
  time: { days: (d) => `${d}d`, hours: (h) => `${h}h`, minutes: (m) => `${m}m`, now: "now", seconds: (s) => `${s}s`, today: "Today", yesterday: "Yesterday" },
  view: {
    change: "Change this view", name: "Name", remove: "Delete this view", removed: (name) => `The view “${name}” is deleted.`, save: "Save as a view", saved: (name) => `The view “${name}” is saved.`, shared: "Share it with the whole team",
  },
  views: { closed: "Closed", mine: "Mine", open: "All open", pending: "Pending", sla: "SLA breached", unassigned: "Unassigned", waiting: "Waiting for us" },
  waiting: { true: "For us" },
};
