// English.

const n = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export default {
  actions: {
    again: "Try again", assign: "Assign …", assign_me: "Assign to me", cancel: "Cancel", close: "Close", close_menu: "Close the menu",
    copy_link: "Copy a link", dismiss: "Dismiss", go: (where) => `Go to ${where}`, leave: "Leave the thread", new: "New conversation",
    next: "Next thread", note: "Write a note", open: "Open the thread", palette: "Command palette", previous: "Previous thread",
    priority: "Set the priority …", reopen: "Reopen", reply: "Reply", save: "Save", search: "Search", select: "Select", self: "You",
    sheet: "Keyboard shortcuts", status: "Set the status …", tag: "Tags …", team: "Give to a team …", undo: "Undo",
  },
  api_keys: {
    a_minute: (count) => `${count} a minute`, about: "What programs come in with. Each has the rights of a user, or fewer.", add: "New API key", admin: "Everything an admin may", business: "Business: 1,000 a minute",
    expired: "expired", expires_at: "Expires", expires_hint: "Never, if this is empty.", key: "The key", name_hint: "What it is for, such as “nightly sync”.", never: "never expires", none: "No keys yet.",
    number: "A number of its own", once: "This key is shown now, and never again.", plan: "Requests a minute", professional: "Professional: 300 a minute", rate_limit: "Number of requests a minute", read: "Read",
    remove: (name) => `Revoke ${name}?`, remove_text: "What uses this key stops working at once.", revoke: "Revoke", revoke_of: (name) => `Revoke ${name}`, scopes: "May", server: "As the server's plan",
    starter: "Starter: 60 a minute", try: "Try it", until: (time) => `expires ${time}`, user: "Acts as", user_hint: "Never more than this user's role allows.", write: "Read and write",
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
  deliveries: {
    again: "Send again", again_done: "It is sent again.", answer: "Answer", attempts: "Attempts", count: (count) => n(count, "delivery", "deliveries"), error: "Error", event: "Event", last: "Last attempt",
    newer: "Newer", next: "Next attempt", none: "Nothing was sent yet.", older: "Older", repeats: "Repeats", tries: (count) => n(count, "attempt", "attempts"),
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
  form: {
    add: "Add", copied: "Copied", copy: "Copy", days: "days", delete: "Delete", delete_of: (name) => `Delete ${name}`, description: "Description", done: "Done", edit: "Edit", edit_of: (name) => `Edit ${name}`,
    hours: "hours", minutes: "minutes", more: (name) => `More for ${name}`, name: "Name", saved: "Saved.", unit: "unit", unused: "never used", used: (time) => `last used ${time}`,
  },
  frame: {
    contacts: "Contacts", conversations: "Conversations", count: (count) => n(count, "thread", "threads"), find: "Search or do …", live: "Live: changes appear as they happen", menu: "Menu",
    navigation: "Navigation", not_live: "Not connected: reconnecting", reports: "Reports", search: "Search", settings: "Settings", skip: "Skip to the content", tickets: "Tickets",
  },
  groups: { go: "Go", list: "List", thread: "Thread" },
  history: {
    assigned: (name) => `assigned this to ${name}`, custom_fields: "changed the custom fields", inbox: (name) => `moved this to ${name}`, no_team: "took this from its team", nothing: "nothing",
    priority: (name) => `set priority to ${name.toLowerCase()}`, status: (name) => `set status to ${name.toLowerCase()}`, subject: (name) => `changed the subject to “${name}”`,
    tagged: (names) => `added ${names}`, team: (name) => `gave this to ${name}`, unassigned: "assigned this to nobody", untagged: (names) => `removed ${names}`,
  },
  inboxes: { about: "Where tickets arrive, such as Support or Billing.", add: "New inbox", none: "No inboxes yet." },
  keys: { label: "Find a shortcut", now_off: "Single keys do nothing now.", now_on: "Single keys work.", off: "Keys (single ones are off)", title: "Keys" },
  list: { empty: "Nothing here. Well done.", failed: "This list could not be read.", label: "Threads", select: (name) => `Select ${name}` },
  notices: { sign_in: "Sign in", signed_out: "You are signed out. What you have written is kept.", unreachable: "CommFlow can't be reached. It is tried again." },
  palette: { actions: "Do", label: "Type a command or search …", none: "Nothing found.", people: "Contacts", search: (text) => `Search for “${text}”`, threads: "Found", views: "Go to" },
  pick: {
    assignee: "Assign to …", inbox: "Move to …", many: (count) => n(count, "thread", "threads"), new_tag: (name) => `New tag “${name}”`, priority: "Priority …", status: "Status …", tags: "Tags …",
    team: "Team …", you: "you",
  },
  priority: { high: "High", low: "Low", normal: "Normal", urgent: "Urgent" },
  profile: {
    avatar: "Picture", avatar_hint: "The address of a picture, for programs that use the API. The inbox shows your initials.", browser: "As the browser", change_password: "Change password", current_password: "Current password", density: "Rows",
    keys: "Single keys do things", keys_hint: "j, k, e and others. Off is better for dictation.", language: "Language", new_password: "New password", page: "This browser", password: "Password",
    password_changed: "The password is changed. Other sessions are signed out.", password_hint: "Changing it signs you out everywhere else.",
  },
  saved_replies: {
    about: "What you write again and again. In a reply, press / to use one.", add: "New saved reply", body: "Text", hint: "What is in braces is filled in; what stands after | is used where there is nothing.",
    none: "No saved replies yet.", remove: (name) => `Delete ${name}?`, remove_text: "Nobody on the team can use it any more. Replies already sent stay.",
  },
  saved_views: {
    about: "The lists of the sidebar. To make one, filter a list and save it.", down: (name) => `Move ${name} down`, none: "No views yet.", own: "Only you", remove: (name) => `Delete the view ${name}?`,
    remove_text: (view) => (view.shared ? "It goes for the whole team. The threads in it stay." : "The threads in it stay."), share: "Shared with the team", shared: "Shared", up: (name) => `Move ${name} up`,
  },
  self: {
    comfortable: "Comfortable rows", compact: "Compact rows", docs: "API documentation", keys_off: "Turn single keys off", keys_on: "Turn single keys on", look: "Light or dark", settings: "Your settings",
    sign_out: "Sign out", theme: (name) => `Appearance: ${name}`, theme_dark: "Dark", theme_light: "Light", theme_system: "As the system",
  },
  sessions: {
    about: "Where you are signed in.", current: "This one", none: "You are signed in nowhere.", on: (browser, system) => `${browser} on ${system}`, others: "Sign the others out", since: (time) => `signed in ${time}`,
    sure: (count) => (count === 1 ? "Sign this session out?" : `Sign ${count} sessions out?`), unknown: "Unknown",
  },
  settings: {
    active: "Active", admin: "Admin", admins: "Only admins can change this.", agent: "Agent", any: "All", api_keys: "API keys", cancelled: "Cancelled", delivered: "Delivered", failed: "Failed", inactive: "Inactive",
    inboxes: "Inboxes", own: "You", profile: "Profile", saved_replies: "Saved replies", saved_views: "Views", sessions: "Sessions", sla: "SLA targets", tags: "Tags", teams: "Teams", users: "Users", views: "Views",
    waiting: "Waiting", webhooks: "Webhooks", whole: "Workspace", workspace: "General",
  },
  sla: {
    breached: "Breached", first_response: "First response", left: (length) => `${length} left`, met: "Met", missed: "Missed", on_track: "On track", over: (length) => `${length} late`, paused: "Paused",
    resolution: "Resolution", title: "SLA", warning: "Due soon",
  },
  sla_targets: { about: "How soon you promise to answer and to resolve, for each priority. A change counts for tickets that come, or get another priority, afterwards." },
  sorts: {
    created_at: "Oldest", down_created_at: "Newest", down_last_message_at: "Last message, newest first", down_priority: "Priority", down_updated_at: "Last change", last_message_at: "Last message, oldest first",
    waiting_since: "Waiting longest",
  },
  status: { closed: "Closed", open: "Open", pending: "Pending", resolved: "Resolved" },
  tags: {
    about: "What threads are about.", add: "New tag", color: "Colour", color_of: (name) => `Colour of ${name}`, none: "No tags yet.", remove: (name) => `Delete ${name}?`,
    remove_text: (tag) => `${n(tag.count, "thread", "threads")} will no longer carry it. This can't be undone.`,
  },
  teams: {
    about: "Groups that threads are given to.", add: "New team", count: (count) => n(count, "member", "members"), find: "Put in or take out …", members_of: (name) => `Members of ${name}`, none: "No teams yet.",
    remove: (name) => `Delete ${name}?`, remove_text: "Its members stay. Its threads are given to no team.",
  },
  thread: {
    back: "Back to the list", details: "Details", earlier: "Earlier", file_gone: "deleted", is_typing: (name) => `${name} is writing`, is_viewing: (name) => `${name} is looking`, messages: "Messages",
    missing: "There is no such thread.", no_tags: "No tags", no_team: "No team", nobody: "Nobody", none: "Choose a thread, or press j.", note_badge: "Note · only your team sees this",
    older: (count) => `${count} earlier`, system: "CommFlow", unassigned: "Unassigned",
  },
  time: { days: (d) => `${d}d`, hours: (h) => `${h}h`, minutes: (m) => `${m}m`, now: "now", seconds: (s) => `${s}s`, today: "Today", yesterday: "Yesterday" },
  users: {
    about: "Who works here.", add: "Add a user", email: "E-mail address", invited: "invited", link: (name) => `A link for ${name}`, link_label: "Link", link_text: (time) => `Send it to them yourself: it is shown only now, works once, until ${time}, and lets them choose a password.`,
    new_link: (name) => `New invitation link for ${name}`, none: "no way in yet", reset: (name) => `Link to reset the password of ${name}`, role: "Role", role_hint: "Agents do the daily work. Admins may change everything.",
    role_of: (name) => `Role of ${name}`, self: "Take away your own rights?", self_text: "This is you. Only another admin can give them back.", status_of: (name) => `Status of ${name}`,
  },
  views: { closed: "Closed", mine: "Mine", open: "All open", pending: "Pending", sla: "SLA breached", unassigned: "Unassigned", waiting: "Waiting for us" },
  waiting: { true: "For us" },
  webhooks: {
    about: "Tell other programs what happens here, as it happens.", add: "New webhook", all: "All events, and those still to come", all_of: (name) => `All of ${name.toLowerCase()}`, answered: (status, time) => `Answered ${status} in ${time} ms`,
    contact: "Contacts", conversation: "Conversations", created: "created", created_comment: "comment of a contact", created_note: "note of the team", created_reply: "reply to a contact", deleted: "deleted", events: "Events",
    everything: "Everything", failing: "Failing", failure: (time) => `last failure ${time}`, failures: (count) => `${n(count, "failure", "failures")} in a row`, log: "Log", message: "Messages",
    none: "No webhooks yet.", off: "Off", on: "Working", own_secret: "Your secret", pause: "Pause", remove: (name) => `Delete ${name}?`, remove_text: "Nothing is sent there any more, and its log is gone.", resume: "Resume",
    rotate: "New secret", rotate_text: "For 24 hours, what is sent is signed with the old secret too.", secret: "The webhook's secret", secret_text: "Receivers check signatures with it. It is shown now, and never again.",
    signing_secret: "Secret, as Standard Webhooks libraries take it", sla_breached: "SLA target missed", sla_warning: "SLA target due soon", success: (time) => `last success ${time}`, test: "Test", test_bad: "The test was not taken",
    test_fine: "The test arrived", ticket: "Tickets", updated: "changed", url: "URL", url_hint: "Where events are sent, as POST.",
  },
  workspace: {
    backup: "Backup", backup_go: "Download a backup", backup_text: "The whole store in one file, as it is at this moment: settings and people, too. Keep it where only you can read it.",
    demo: "Demo data", demo_absent: "Try things out with made-up contacts, conversations and tickets.", demo_add: "Add demo data", demo_add_done: "The demo data is here.",
    demo_add_text: "Made-up contacts, conversations and tickets are added to what is here. You can remove them again.", demo_present: "Made-up contacts, conversations and tickets are in this workspace.", demo_remove: "Remove demo data",
    demo_remove_done: "The demo data is gone.", demo_remove_text: "All made-up contacts, conversations and tickets go, with what you have written in them. What is yours stays.", plan: "Rate limits",
    plan_session: (count) => `This page has ${count} requests a minute of its own, apart from all keys.`,
    plan_text: "Each API key has its requests a minute: starter 60, professional 300, business 1,000. A key has its own plan or number, if you gave it one, and else the server's, which is set with --plan.",
    restore_text: "To restore it, stop the server and run this on its machine. The store that was there is kept beside the new one.",
  },
};
