// German.

const n = (count, one, many) => `${count.toLocaleString("de")} ${count === 1 ? one : many}`;

export default {
  actions: {
    again: "Erneut versuchen", assign: "Zuweisen …", assign_me: "Mir zuweisen", cancel: "Abbrechen", close: "Schließen", close_menu: "Menü schließen",
    copy_link: "Link kopieren", dismiss: "Ausblenden", edit_view: "Ansicht ändern …", go: (where) => `Zu: ${where}`, leave: "Vorgang verlassen", new: "Neue Konversation",
    next: "Nächster Vorgang", note: "Notiz schreiben", open: "Vorgang öffnen", palette: "Befehle", previous: "Voriger Vorgang",
    priority: "Priorität festlegen …", reopen: "Wieder öffnen", reply: "Antworten", save: "Speichern", save_view: "Als Ansicht speichern …", search: "Suchen", select: "Auswählen", self: "Sie",
    sheet: "Tastenkürzel", status: "Status festlegen …", tag: "Tags …", team: "An ein Team geben …", undo: "Rückgängig",
  },
  bulk: {
    all: "Alle gezeigten auswählen", cannot: (count) => `${n(count, "Vorgang kann", "Vorgänge können")} nicht geändert werden.`, done: (count) => n(count, "Vorgang", "Vorgänge"),
    failed: (count) => `${n(count, "Vorgang wurde", "Vorgänge wurden")} nicht geändert.`, go: "Ändern", label: "Ausgewählte Vorgänge", more: (count) => `und ${count} weitere`,
    none: "Auswahl aufheben", selected: (count) => `${count} ausgewählt`, sure: (count) => `${n(count, "Vorgang", "Vorgänge")} ändern?`,
    undone: (count) => `${n(count, "Vorgang ist", "Vorgänge sind")} wieder wie zuvor.`,
  },
  channel: { api: "API", chat: "Chat", email: "E-Mail", form: "Formular" },
  composer: {
    add_note: "Notiz hinzufügen", anyway: "Trotzdem senden", attach: "Dateien anhängen", choose_saved: "Textbaustein auswählen", edit: "Bearbeiten", files: "Angehängte Dateien",
    held: "Nicht gesendet: Inzwischen hat sich in diesem Vorgang etwas getan.", late: "CommFlow ist nicht erreichbar. Die Nachricht wird gesendet, sobald es geht.",
    note: "Notiz", note_label: "Ihre Notiz", note_place: "Notiz für Ihr Team schreiben …", now: "Jetzt senden", only_team: "Nur Ihr Team sieht das",
    refused: "Nicht gesendet:", remove: (name) => `${name} entfernen`, reply: "Antwort", reply_label: "Ihre Antwort", reply_place: "Antwort schreiben … / für Textbausteine",
    saved: "Textbausteine", send: "Senden", send_close: "Senden und schließen", sending: "Ihre Antwort wird gesendet.", sent_already: "Die Antwort ist schon gesendet.",
    still_uploading: "Eine Datei wird noch hochgeladen.", to: (name) => `an ${name}`, too_many: (count) => `Eine Nachricht fasst höchstens ${count} Dateien.`,
    type: "Antwort oder Notiz", uploading: (name) => `${name} wird hochgeladen`, waits: "Wird gesendet …",
  },
  did: {
    assigned: (name) => `${name} zugewiesen.`, closed: "Geschlossen.", copied: "Link kopiert.", field: (name) => `${name} geändert.`, inbox: (name) => `Nach ${name} verschoben.`,
    priority: (name) => `Priorität: ${name}.`, reopened: "Wieder geöffnet.", status: (name) => `Status: ${name}.`, subject: "Betreff geändert.",
    tagged: (name) => `Tag ${name} hinzugefügt.`, team: (name) => `Team: ${name}.`, unassigned: "Zuweisung aufgehoben.",
  },
  errors: { unknown: "Hier ist etwas schiefgegangen.", unreachable: "CommFlow ist nicht erreichbar. Bitte versuchen Sie es gleich noch einmal." },
  fields: {
    add: "Feld hinzufügen", assignee: "Zuständig", channel: "Kanal", contact: "Kontakt", custom_fields: "Eigene Felder", inbox: "Posteingang", name: "Name des Feldes", none: "Keine",
    priority: "Priorität", sla_status: "SLA", status: "Status", tag: "Tag", tags: "Tags", team: "Team", waiting: "Wartet",
  },
  filters: { add: "Filter hinzufügen", me: "Ich", remove: (name) => `Filter ${name} entfernen`, sort: "Sortieren nach" },
  frame: {
    contacts: "Kontakte", conversations: "Konversationen", count: (count) => n(count, "Vorgang", "Vorgänge"), find: "Suchen oder ausführen …", live: "Live: Änderungen erscheinen sofort", menu: "Menü",
    navigation: "Navigation", not_live: "Nicht verbunden: Verbindung wird aufgebaut", reports: "Berichte", search: "Suche", settings: "Einstellungen", skip: "Zum Inhalt springen", tickets: "Tickets",
  },
  groups: { go: "Navigation", list: "Liste", thread: "Vorgang" },
  history: {
    assigned: (name) => `hat den Vorgang ${name} zugewiesen`, custom_fields: "hat die eigenen Felder geändert", inbox: (name) => `hat den Vorgang nach ${name} verschoben`, no_team: "hat den Vorgang keinem Team mehr zugeordnet", nothing: "nichts",
    priority: (name) => `hat die Priorität auf „${name}“ gesetzt`, status: (name) => `hat den Status auf „${name}“ gesetzt`, subject: (name) => `hat den Betreff in „${name}“ geändert`,
    tagged: (names) => `hat ${names} hinzugefügt`, team: (name) => `hat den Vorgang an ${name} gegeben`, unassigned: "hat die Zuweisung aufgehoben", untagged: (names) => `hat ${names} entfernt`,
  },
  keys: { label: "Tastenkürzel suchen", now_off: "Einzelne Tasten lösen jetzt nichts mehr aus.", now_on: "Einzelne Tasten sind jetzt an.", off: "Tasten (einzelne sind aus)", title: "Tasten" },
  list: { empty: "Hier ist nichts mehr zu tun. Gut gemacht.", failed: "Diese Liste konnte nicht geladen werden.", label: "Vorgänge", select: (name) => `${name} auswählen` },
  new: {
    contact_place: "Name oder E-Mail-Adresse", description: "Worum es dem Kontakt geht", discard: "Verwerfen", discarded: "Der Entwurf ist verworfen.", found: "Gefundene Kontakte", inbox: "Posteingang", kept: "Bleibt als Entwurf, bis es gesendet ist.", make: "Ticket erstellen",
    message: "Nachricht", name: "Name, falls bekannt", other: "Anderen Kontakt wählen", send: "Senden", subject: "Betreff", ticket: "Auch als Ticket anlegen", title: "Neue Konversation", to: "An",
  },
  notices: { sign_in: "Anmelden", signed_out: "Sie sind abgemeldet. Was Sie geschrieben haben, bleibt erhalten.", unreachable: "CommFlow ist nicht erreichbar. Die Verbindung wird wieder aufgebaut." },
  palette: { actions: "Aktionen", label: "Befehl oder Suchbegriff eingeben …", none: "Nichts gefunden.", people: "Kontakte", search: (text) => `Nach „${text}“ suchen`, threads: "Gefunden", views: "Ansichten" },
  pick: {
    assignee: "Zuweisen an …", inbox: "Verschieben nach …", many: (count) => n(count, "Vorgang", "Vorgänge"), new_tag: (name) => `Neuer Tag „${name}“`, priority: "Priorität …", status: "Status …", tags: "Tags …",
    team: "Team …", you: "Sie",
  },
  priority: { high: "Hoch", low: "Niedrig", normal: "Normal", urgent: "Dringend" },
  reports: {
    as_table: "Als Tabelle", busier: "mehr", busiest: (day, hours, count) => `Am meisten los: ${day}, ${hours} Uhr, mit ${count} Nachrichten.`, busiest_hours: "Wann geschrieben wird", by_agent: "Mitarbeitende", by_day: "Tag für Tag",
    by_team: "Teams", chart: "Neue Vorgänge nach Tag und Kanal", closed: "Geschlossen", compared: (from, to) => `Im Vergleich zu ebenso vielen Tagen davor (${from} – ${to}).`, day: "Tag", days_30: "30 Tage", days_7: "7 Tage", days_90: "90 Tage",
    failed: "Die Zahlen konnten nicht geladen werden.", faster: (share) => `${share} schneller`, fewer: "weniger", file_of: (name) => `${name} als CSV`, first_response: "Erste Antwort", from: "Von",
    kept: (kept, all) => `${kept} von ${all} Tickets`, last_month: "Letzter Monat", less: (share) => `${share} weniger`, medians: "Zeiten sind Mediane.", messages_in: "Eingegangen", messages_out: "Antworten", more: (share) => `${share} mehr`, most: (length) => `90 % in ${length}`,
    new: "Neu", no_hours: "In diesen Tagen hat niemand geschrieben.", none: "In diesen Tagen ist nichts geschehen.", points_less: (count) => `${count} Punkte weniger`, points_more: (count) => `${count} Punkte mehr`, range: "Zeitraum", replies: "Antworten",
    resolution: "Lösung", same: "Wie zuvor", sla: "SLA eingehalten", slower: (share) => `${share} langsamer`, team: "Team", this_month: "Dieser Monat", to: "Bis", totals: "Summen", user: "Name",
  },
  self: {
    comfortable: "Luftige Zeilen", compact: "Dichte Zeilen", docs: "API-Dokumentation", keys_off: "Einzelne Tasten ausschalten", keys_on: "Einzelne Tasten einschalten", look: "Hell oder dunkel", settings: "Ihre Einstellungen",
    sign_out: "Abmelden", theme: (name) => `Darstellung: ${name}`, theme_dark: "Dunkel", theme_light: "Hell", theme_system: "Wie das System",
  },
  sla: {
    breached: "Verletzt", first_response: "Erste Antwort", left: (length) => `noch ${length}`, met: "Eingehalten", missed: "Verpasst", on_track: "Im Plan", over: (length) => `${length} zu spät`, paused: "Angehalten",
    resolution: "Lösung", title: "SLA", warning: "Bald fällig",
  },
  sorts: {
    created_at: "Älteste", down_created_at: "Neueste", down_last_message_at: "Letzte Nachricht, neueste zuerst", down_priority: "Priorität", down_updated_at: "Letzte Änderung", last_message_at: "Letzte Nachricht, älteste zuerst",
    waiting_since: "Wartet am längsten",
  },
  status: { closed: "Geschlossen", open: "Offen", pending: "Wartend", resolved: "Gelöst" },
  steps: {
    copied: "Beispiel kopiert.", copy: "Beispiel kopieren", demo: "Mit Demodaten ausprobieren", demo_about: "Erfundene Personen und Vorgänge, um sich umzusehen. Sie lassen sich wieder entfernen.", demo_busy: "Wird hinzugefügt …", demo_go: "Demodaten hinzufügen",
    demo_on: "Die Demodaten sind da", demo_on_about: "Sehen Sie sich in Ruhe um. Danach entfernen Sie alles wieder, samt dem, was darin geschrieben wurde.", demo_remove: "Demodaten entfernen", dismiss: "Nicht mehr anzeigen", done: "erledigt",
    empty: "Noch ist nichts eingegangen. Damit können Sie beginnen, in beliebiger Reihenfolge.", example: "Beispiel eines Aufrufs", key: "Anbinden, was Ihnen Nachrichten schickt", key_about: "Mit einem API-Schlüssel beginnt ein Aufruf wie dieser eine Konversation:", key_go: "API-Schlüssel erstellen",
    remove_about: "Alle Vorgänge, Kontakte und Personen der Demo werden gelöscht, auch was Sie in diesen Vorgängen geschrieben haben. Das lässt sich nicht rückgängig machen.", remove_title: "Demodaten entfernen?", removed: "Die Demodaten sind entfernt.", start: "Jemandem schreiben",
    start_about: "Beginnen Sie selbst eine Konversation.", team: "Team einladen", team_about: "Jede Person erhält einen Link, um ein Passwort festzulegen.", team_go: "Einladen", title: "Wie es weitergeht", webhook: "Anderen Programmen Bescheid geben",
    webhook_about: "Ein Webhook sendet jedes Ereignis an eine Adresse von Ihnen.", webhook_go: "Webhook hinzufügen", with_demo: "Was Sie hier sehen, ist erfunden. Damit können Sie beginnen, in beliebiger Reihenfolge.",
  },
  thread: {
    back: "Zurück zur Liste", details: "Details", earlier: "Früher", file_gone: "gelöscht", is_typing: (name) => `${name} schreibt`, is_viewing: (name) => `${name} liest mit`, messages: "Nachrichten",
    missing: "Diesen Vorgang gibt es nicht.", no_tags: "Keine Tags", no_team: "Kein Team", nobody: "Niemand", none: "Wählen Sie einen Vorgang, oder drücken Sie j.", note_badge: "Notiz · nur Ihr Team sieht das",
    older: (count) => `${count} frühere`, system: "CommFlow", unassigned: "Nicht zugewiesen",
  },
  time: { days: (d) => `${d} T`, hours: (h) => `${h} h`, minutes: (m) => `${m} min`, now: "jetzt", seconds: (s) => `${s} s`, today: "Heute", yesterday: "Gestern" },
  view: {
    change: "Ansicht ändern", name: "Name", remove: "Ansicht löschen", removed: (name) => `Die Ansicht „${name}“ ist gelöscht.`, save: "Als Ansicht speichern", saved: (name) => `Die Ansicht „${name}“ ist gespeichert.`, shared: "Für das ganze Team",
  },
  views: { closed: "Geschlossen", mine: "Meine", open: "Alle offenen", pending: "Wartend", sla: "SLA verletzt", unassigned: "Nicht zugewiesen", waiting: "Warten auf uns" },
  waiting: { true: "Auf uns" },
};
