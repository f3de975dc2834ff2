//! /v1/conversations
