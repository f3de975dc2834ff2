// The sections of the settings, by address.

import { say } from "../core/words.js";

/** Whom each is for, and its picture: one's own, and the whole workspace's, which admins see. */
export const SECTIONS = {
  own: { profile: "people", sessions: "exit", "saved-replies": "reply", views: "eye" },
  whole: { users: "people", teams: "team", inboxes: "inbox", tags: "tag", sla: "clock", "api-keys": "key", webhooks: "bolt", workspace: "settings" },
};

export const sectionName = (name) => say(`settings.${name.replace("-", "_")}`);
