//! /v1/webhooks over HTTP.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::Query;
use crate::api::border::reply::Created;
use crate::api::border::reply::Deleted;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::routes::Routes;
use crate::desk::webhooks;
use crate::desk::webhooks::NewWebhook;
use crate::desk::webhooks::Webhook;
use crate::desk::webhooks::WebhookPatch;
use crate::desk::webhooks::WithSecret;
use crate::store::answers::Answer;
use crate::store::answers::NO_BODY;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Code;
use actix_web::http::Method;

/// Adds the routes of webhooks.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Webhooks",
        "Addresses that events are sent to, signed (Standard Webhooks) and at least once. The guide \
        [Webhooks](/docs/guides/webhooks) says how to receive them.",
    );
    v1.add(Method::GET, "/v1/webhooks", list)
        .named("listWebhooks", "List webhooks", "Newest first unless sorted otherwise. Secrets are not shown.")
        .paged(&COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/webhooks", create).named(
        "createWebhook",
        "Create a webhook",
        "The secret is taken or generated, and shown in this answer only. Addresses inside private networks are refused, \
         unless the server was started with `--webhook-targets any`.",
    ).may(&[Code::AlreadyIssued]);
    v1.add(Method::GET, "/v1/webhooks/{webhook_id}", show).named("getWebhook", "Get a webhook", "");
    v1.add(Method::PATCH, "/v1/webhooks/{webhook_id}", update).named(
        "updateWebhook",
        "Update a webhook",
        "Turning it off cancels what waits to be sent; turning it on again clears `disabled_reason`.",
    );
    v1.add(Method::DELETE, "/v1/webhooks/{webhook_id}", delete).named(
        "deleteWebhook",
        "Delete a webhook",
        "And its log with it.",
    );
    v1.add(Method::POST, "/v1/webhooks/{webhook_id}/rotate_secret", rotate_secret)
        .named(
            "rotateWebhookSecret",
            "Rotate a webhook's secret",
            "Generates a new secret, shown in this answer only. For 24 hours, what is sent is signed with the old one too.",
        )
        .may(&[Code::AlreadyIssued]);
}

const COLUMNS: [(&str, &str); 2] = [("created_at", "created_at"), ("updated_at", "updated_at")];

impl Resource for Webhook {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

impl Resource for WithSecret {
    const SHOWS_SECRET: bool = true;
    fn id(&self) -> String {
        self.webhook.id.to_string()
    }
    fn version(&self) -> i64 {
        self.webhook.version
    }
}

async fn list(who: Admin, mut query: Query) -> Result<Reply<Listed<Webhook>>> {
    let order = query.order(&COLUMNS, true);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| webhooks::list(db, order, paging)).await
}

async fn show(who: Admin, id: PathId<Webhook>) -> Result<Reply<Shown<Webhook>>> {
    who.show(move |db, _| webhooks::get(db, id.0)).await
}

async fn create(who: Admin, new: Input<NewWebhook>) -> Result<Reply<Created<WithSecret>>> {
    let targets = who.context.settings.webhook_targets;
    who.create("/v1/webhooks", new.fingerprint, move |tx| webhooks::create(tx, new.value, targets)).await
}

async fn update(who: Admin, id: PathId<Webhook>, patch: Input<WebhookPatch>) -> Result<Reply<Shown<Webhook>>> {
    let targets = who.context.settings.webhook_targets;
    let current = move |tx: &Tx| webhooks::get(tx, id.0);
    let updated = who.update(current, move |tx| webhooks::update(tx, id.0, patch.value, targets)).await?;
    // It may have gone off, and left deliveries behind.
    who.context.post.ringer.ring();
    Ok(updated)
}

async fn delete(who: Admin, id: PathId<Webhook>) -> Result<Reply<Deleted>> {
    let deleted = who.delete(move |tx| webhooks::get(tx, id.0), move |tx| webhooks::delete(tx, id.0)).await?;
    who.context.post.ringer.ring();
    Ok(deleted)
}

async fn rotate_secret(who: Admin, id: PathId<Webhook>) -> Result<Reply<Shown<WithSecret>>> {
    who.post(NO_BODY, true, move |tx| {
        let (body, etag) = answer::tagged(&webhooks::rotate_secret(tx, id.0)?)?;
        Ok(Answer { status: 200, location: None, etag: Some(etag), body: Some(body), contact: None })
    })
    .await
}
