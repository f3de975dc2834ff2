//! /v1/api_keys
