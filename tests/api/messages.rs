//! /v1/messages
