//! /v1/tickets
