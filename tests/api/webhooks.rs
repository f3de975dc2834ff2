//! /v1/webhooks
