//! /v1/inboxes
