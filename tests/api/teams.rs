//! /v1/teams
