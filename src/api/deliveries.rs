//! /v1/webhooks/{webhook_id}/deliveries over HTTP: the log of a webhook, the redelivery, and the call that tests it.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::input::PathId;
use crate::api::border::query::Query;
use crate::api::border::reply::Created;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::reply::Told;
use crate::api::border::routes::Routes;
use crate::delivery::courier::Letter;
use crate::delivery::verdict::Receipt;
use crate::delivery::verdict::Verdict;
use crate::desk::deliveries;
use crate::desk::deliveries::Delivery;
use crate::desk::deliveries::Filter;
use crate::desk::receivers;
use crate::desk::receivers::Receiver;
use crate::desk::secrets;
use crate::desk::webhooks;
use crate::desk::webhooks::Webhook;
use crate::store::answers::Answer;
use crate::store::answers::NO_BODY;
use crate::types::Result;
use crate::types::time::Time;
use actix_web::http::Method;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// Adds the routes of deliveries.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Deliveries",
        "What was sent to a webhook, or waits to be: kept for 30 days, 10,000 for each webhook at most.",
    );
    v1.add(Method::POST, "/v1/webhooks/{webhook_id}/test", test).named(
        "testWebhook",
        "Test a webhook",
        "Sends an event `webhook.test` at once, also if the webhook is off, and answers with what came back.",
    );
    v1.add(Method::GET, "/v1/webhooks/{webhook_id}/deliveries", list)
        .named("listDeliveries", "List deliveries", "Newest first.")
        .filtered::<Filter>()
        .paged(&COLUMNS);
    v1.add(Method::GET, "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}", show).named(
        "getDelivery",
        "Get a delivery",
        "",
    );
    v1.add(Method::POST, "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", redeliver).named(
        "redeliver",
        "Send a delivery again",
        "Makes a new delivery of the same event, whose `webhook-id` is that of the first.",
    );
}

const COLUMNS: [(&str, &str); 1] = [("created_at", "id")];

/// Each attempt changes it.
impl Resource for Delivery {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.attempts + 1
    }
}

async fn list(who: Admin, id: PathId<Webhook>, mut query: Query) -> Result<Reply<Listed<Delivery>>> {
    let filter = Filter { status: query.take("status"), event: query.take("event") };
    let order = query.order(&COLUMNS, true);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| deliveries::list(db, id.0, &filter, order, paging)).await
}

async fn show(who: Admin, id: PathId<Webhook>, delivery: PathId<Delivery, 1>) -> Result<Reply<Shown<Delivery>>> {
    who.show(move |db, _| deliveries::get(db, id.0, delivery.0)).await
}

async fn redeliver(who: Admin, id: PathId<Webhook>, delivery: PathId<Delivery, 1>) -> Result<Reply<Created<Delivery>>> {
    let collection = format!("/v1/webhooks/{}/deliveries", id.0);
    let made = who.create(&collection, NO_BODY, move |tx| deliveries::redeliver(tx, id.0, delivery.0)).await?;
    who.context.post.ringer.ring();
    Ok(made)
}

/// What a receiver answered to a test.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookTest)]
struct Tested {
    /// Whether the receiver took it.
    delivered: bool,
    /// The status that it answered with.
    status_code: Option<u16>,
    /// How long that took, in milliseconds.
    duration_ms: i64,
    /// The beginning of its answer.
    response_body: Option<String>,
    /// Why there was no answer.
    error: Option<String>,
}

impl From<Receipt> for Tested {
    fn from(receipt: Receipt) -> Self {
        Self {
            delivered: receipt.verdict() == Verdict::Delivered,
            status_code: receipt.status,
            duration_ms: receipt.duration_ms,
            response_body: receipt.body,
            error: receipt.error,
        }
    }
}

/// Sends `webhook.test` at once, whether the webhook is on or off, and tells what came back.
async fn test(who: Admin, id: PathId<Webhook>) -> Result<Reply<Told<Tested>>> {
    let now = who.context.clock.now();
    let (receiver, webhook) =
        who.context.store.read(move |db| Ok((receivers::get(db, id.0)?, webhooks::get(db, id.0)?))).await?;
    let letter = test_letter(&who, &receiver, &webhook, now)?;
    let courier = who.context.post.courier.clone();
    who.post_after(NO_BODY, async move {
        let tested = Tested::from(courier.deliver(letter).await?);
        Ok(Answer { status: 200, location: None, etag: None, body: Some(answer::data(&tested)?), contact: None })
    })
    .await
}

fn test_letter(who: &Admin, receiver: &Receiver, webhook: &Webhook, now: Time) -> Result<Letter> {
    // No event of the feed: its id must never be that of one.
    let id = format!("test_{}", secrets::generate("")?.get(..16).unwrap_or_default());
    let actor = json!({"type": "user", "id": who.credentials.user, "api_key_id": who.credentials.api_key()});
    let event = json!({
        "id": id, "type": "webhook.test", "created_at": now, "actor": actor, "changes": null, "bulk_id": null,
        "imported": false, "data": webhook,
    });
    Ok(Letter {
        url: receiver.url.clone(),
        id,
        at: now,
        keys: receiver.keys(now),
        body: serde_json::to_vec(&event)?.into(),
    })
}
