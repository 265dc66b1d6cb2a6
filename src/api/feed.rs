use std::time::Instant;

use actix_web::{HttpRequest, get, web};
use tokio::{sync::mpsc, time};

use super::{
    Answer, Asked, blocking,
    events::{HEARTBEAT, POLL, ServerSentEvent, stream_of},
    params::{Param, QueryParams},
    problem::Failure,
};
use crate::{
    domain::Act,
    service::{FeedCursor, FeedEvent, FeedKind, Service},
};

const LAST_EVENT_ID: &str = "Last-Event-ID";
/// After so many milliseconds a client that lost the connection comes again.
const RETRY_MS: u32 = 2_000;
/// Parts on their way to one client. A slower one is waited for, and costs no more than this.
const PARTS_MAX: usize = 2;

impl Param for FeedCursor {
    fn read(text: &str) -> Result<Self, String> {
        text.parse()
    }
}

/// Kinds of events, with commas between them.
struct Kinds(Vec<FeedKind>);

impl Param for Kinds {
    fn read(text: &str) -> Result<Self, String> {
        let kinds: Option<Vec<FeedKind>> = text.split(',').map(|word| FeedKind::of(word.trim())).collect();
        let known: Vec<&str> = FeedKind::ALL.into_iter().map(FeedKind::as_str).collect();
        kinds.map(Self).ok_or_else(|| format!("expected one or more of {} with commas between them", known.join(", ")))
    }
}

/// Follow what happens, as server-sent events.
///
/// Each event has an `id`; whoever sends the last one as `Last-Event-ID` gets everything since then, once and in order, from any
/// server. Without it the feed begins with what happens next. Data is JSON, without anything personal: of a scan its codes,
/// parties, place and times, of a discrepancy its kind, code and clocks, of a plan its day and revision.
#[utoipa::path(tag = "events",
    params(
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was received"),
        ("after" = Option<String>, Query, description = "The same, for the first request of a browser; 0-0 for everything there ever was"),
        ("types" = Option<String>, Query, description = "Only these, with commas between them: scan.recorded, discrepancy.opened, discrepancy.assigned, discrepancy.explained, discrepancy.resolved, plan.stored, alert.raised"),
    ),
    responses(
        (status = 200, description = "Events, as long as the connection holds", body = ServerSentEvent, content_type = "text/event-stream"),
    ))]
#[get("/v1/events")]
pub(crate) async fn follow_feed((service, caller): Asked, request: HttpRequest, mut query: QueryParams) -> Answer {
    caller.may(Act::FollowEvents)?;
    let after = query.get::<FeedCursor>("after");
    let kinds = query.get::<Kinds>("types").map_or_else(|| FeedKind::ALL.to_vec(), |kinds| kinds.0);
    query.finish()?;
    // A client that comes again tells more than the URL with which it came first.
    let last = request.headers().get(LAST_EVENT_ID).map(|value| value.to_str().unwrap_or_default());
    let after = match last.filter(|text| !text.is_empty()) {
        Some(text) => Some(FeedCursor::read(text).map_err(|message| Failure::parameter(LAST_EVENT_ID, message))?),
        None => after,
    };
    let cursor = match after {
        Some(cursor) => cursor,
        None => blocking(&service, Service::feed_end).await?,
    };
    let (sender, receiver) = mpsc::channel(PARTS_MAX);
    actix_web::rt::spawn(follow(service, cursor, kinds, sender));
    Ok(stream_of(receiver))
}

/// Sends what happens until the client goes or the process ends.
async fn follow(service: web::Data<Service>, from: FeedCursor, kinds: Vec<FeedKind>, sender: mpsc::Sender<web::Bytes>) {
    let mut changes = service.feed_changes();
    let mut cursor = from;
    // So that a client which hears of nothing knows where to go on, too.
    let hello = format!("retry: {RETRY_MS}\nid: {cursor}\n\n");
    if sender.send(hello.into()).await.is_err() {
        return;
    }
    let mut sent_at = Instant::now();
    loop {
        changes.mark_unchanged();
        if service.is_closing() || sender.is_closed() {
            return;
        }
        let wanted = kinds.clone();
        let read = blocking(&service, move |service| {
            if service.feed_end()? == cursor { Ok(None) } else { service.feed_after(cursor, &wanted).map(Some) }
        });
        let mut more = false;
        match read.await {
            Ok(Some(part)) => {
                cursor = part.cursor;
                more = part.more;
                let text: String = part.events.iter().map(text_of).collect();
                if !text.is_empty() {
                    if sender.send(text.into()).await.is_err() {
                        return;
                    }
                    sent_at = Instant::now();
                }
            }
            Ok(None) => {}
            // The client comes again, and finds a server that has its database.
            Err(_) => return,
        }
        if sent_at.elapsed() >= HEARTBEAT {
            if sender.send(format!(": still here\nid: {cursor}\n\n").into()).await.is_err() {
                return;
            }
            sent_at = Instant::now();
        }
        if !more {
            wait(&mut changes, &sender).await;
        }
    }
}

/// Waits until something may have happened, here or elsewhere, or the client is gone.
async fn wait(changes: &mut tokio::sync::watch::Receiver<u64>, sender: &mpsc::Sender<web::Bytes>) {
    tokio::select! {
        _ = changes.changed() => {}
        () = sender.closed() => {}
        () = time::sleep(POLL) => {}
    }
}

fn text_of(event: &FeedEvent) -> String {
    format!("id: {}\nevent: {}\ndata: {}\n\n", event.cursor, event.kind.as_str(), event.data)
}
