//! A citizen's name, number, address and link stay where they belong through the whole of a request.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;
use uuid::Uuid;

use super::{MONDAY, Town, at, in_each_town, scan};
use crate::api::scans::{Device, act, courier, site, with};

const NAME: &str = "Nguyễn Thị Dấu Mật";
const PHONE: &str = "0912345987";
const ADDRESS: &str = "số 7 hẻm Mật Ngữ, Phường 6";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[track_caller]
fn has_no_mark(text: &str, secrets: &[&str], place: &str) {
    for mark in [NAME, "Dấu Mật", PHONE, "912345987", ADDRESS, "Mật Ngữ"].into_iter().chain(secrets.iter().copied())
    {
        assert!(!text.contains(mark), "{mark:?} is in {place}: {text}");
    }
}

#[actix_web::test]
async fn what_a_citizen_tells_comes_out_nowhere_else() {
    in_each_town!(|town| {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(log.clone())
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .finish();
        // A place in the code that is reached for the first time while a subscriber comes may overlook it.
        assert_eq!(town.citizen.get("/v1/track/nothing").await.status, 404);
        let listening = tracing::subscriber::set_default(subscriber);
        let said = |value: &Value| value.to_string();

        town.dossier(7, &json!(PHONE), Value::Null).await;
        let mut marked = Town::request(7);
        marked["phone"] = json!(PHONE);
        marked["recipient"] =
            json!({ "name": NAME, "delegate": { "name": format!("{NAME} con"), "authorisation": PHONE } });
        marked["address"] = json!(ADDRESS);
        let neighbour = town.confirmed(&Town::request(1)).await;
        let link = town.confirmed(&marked).await;
        let secret = link.strip_prefix("/v1/track/").unwrap();
        let mut device = Device::new(1);
        let items = [town.result_item(7).await, town.result_item(1).await];
        town.at_the_centre(&mut device, &items).await;
        town.plan(MONDAY);
        town.clock.set(at("2019-06-17T05:00:00Z"));
        let rider = courier("CP04");
        town.scanned(&[
            with(
                scan(&mut device, "06-17T07:40", &site("TTPVHCC"), &act("give"), &items),
                "counterparty",
                rider.clone(),
            ),
            with(scan(&mut device, "06-17T07:41", &rider, &act("receive"), &items), "counterparty", site("TTPVHCC")),
            scan(&mut device, "06-17T07:45", &rider, &act("load"), &items),
        ])
        .await;

        // Its citizen sees the own address; the neighbour nothing of it, nor do lists.
        let own = said(&town.citizen.json(&link).await);
        assert!(own.contains(ADDRESS) && !own.contains(PHONE) && !own.contains(NAME), "{own}");
        let secrets = [secret];
        has_no_mark(&said(&town.citizen.json(&neighbour).await), &secrets, "another citizen's answer");
        for path in [
            "/v1/home-deliveries",
            "/v1/items",
            "/v1/fees?date=2019-06-17",
            "/v1/audit",
            "/v1/discrepancies",
            "/v1/plans/2019-06-17",
            "/v1/ratings",
            "/v1/complaints",
            "/v1/places/search?q=hem%20mat%20ngu",
            &format!("/v1/items/{}/custody", items[0]),
            &format!("/v1/dossiers/{}", super::code(7)),
        ] {
            has_no_mark(&said(&town.admin.json(path).await), &secrets, path);
        }
        // Barcodes are printed from these.
        let labels = town.admin.post("/v1/labels", &json!({ "codes": items, "format": "zpl" })).await;
        has_no_mark(&String::from_utf8_lossy(&labels.bytes), &secrets, "a label");

        // Whatever goes wrong says nothing of the person.
        let mut bad = marked.clone();
        bad["recipient"]["name"] = json!(format!("{NAME}\u{7}"));
        bad["half_day"] = json!({ "date": NAME, "half": PHONE });
        bad["consent"] = json!(ADDRESS);
        bad[NAME] = json!(PHONE);
        let mut strange = marked.clone();
        strange["dossier"] = json!(super::code(8));
        for body in [&bad, &strange, &marked, &json!([NAME, PHONE])] {
            let answer = town.ask(body).await;
            assert!(answer.status.is_client_error(), "{:?}", answer.bytes);
            has_no_mark(&String::from_utf8_lossy(&answer.bytes), &secrets, "a problem");
        }
        for (path, body) in [
            (format!("{link}/confirmation"), json!({ "code": NAME, "x": 1 })),
            (format!("{link}/counter"), json!({ "date": PHONE })),
            (format!("{link}/nothing"), json!({})),
            (format!("{link}/{}", Uuid::nil()), json!({})),
            (link.clone(), json!({})),
        ] {
            let answer = town.citizen.post(&path, &body).await;
            assert!(answer.status.is_client_error(), "{path}: {:?}", answer.bytes);
            has_no_mark(&String::from_utf8_lossy(&answer.bytes), &secrets, &path);
        }
        drop(listening);
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("/v1/track/{link}"), "the log was read");
        has_no_mark(&log, &secrets, "the log");
        for message in town.world.service.take_messages() {
            assert!(!format!("{message:?}").contains("912345987"));
            has_no_mark(&message.text, &secrets, "a message");
        }
    });
}
