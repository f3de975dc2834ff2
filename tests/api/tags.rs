//! /v1/tags
