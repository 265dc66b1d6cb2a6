//! Plans as they are served: their parts agree with each other.

use std::collections::BTreeSet;

use actix_web::{http::StatusCode, test::TestRequest};
use serde_json::{Value, json};

use super::{DAY, World, on_each};

fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

#[actix_web::test]
async fn a_day_with_its_runs_rounds_and_reasons() {
    on_each!(World::planned, |client, _world| {
        let plan = client.json(&format!("/v1/plans/{DAY}")).await;
        assert_eq!((plan["date"].as_str(), plan["revision"].as_u64()), (Some(DAY), Some(1)));
        assert_eq!((plan["synthetic"].as_bool(), plan["travel"]["kind"].as_str()), (Some(true), Some("estimate")));
        let documents = array(&plan["runs"]).iter().filter(|run| run["kind"] == "document").count();
        assert_eq!(documents, 4);
        assert!(plan["summary"]["items_planned"].as_u64().unwrap() > 0);
        assert_eq!(plan["summary"]["items_unassigned"], array(&plan["unassigned"]).len());
        for unassigned in array(&plan["unassigned"]) {
            assert!(unassigned["item"]["code"].as_str().is_some());
            assert!(unassigned["reason"]["sentence_en"].as_str().unwrap().ends_with('.'));
        }
        for warning in array(&plan["warnings"]) {
            assert!(warning["sentence_vi"].as_str().unwrap().ends_with('.'), "{warning}");
        }
        let list = client.json("/v1/plans").await;
        assert_eq!(list["plans"][0]["href"], format!("/v1/plans/{DAY}"));
        assert_eq!(list["next"], Value::Null);
    });
}

#[actix_web::test]
async fn manifests_follow_the_stops() {
    on_each!(World::planned, |client, _world| {
        let plan = client.json(&format!("/v1/plans/{DAY}")).await;
        let runs = array(&plan["runs"]).iter().map(|run| format!("/v1/runs/{}", run["id"].as_str().unwrap()));
        let rounds = array(&plan["rounds"]).iter().map(|round| format!("/v1/rounds/{}", round["id"].as_str().unwrap()));
        let mut carried = BTreeSet::new();
        for path in runs.chain(rounds) {
            let itself = client.json(&path).await;
            let stops = client.json(&format!("{path}/stops")).await;
            let manifest = client.json(&format!("{path}/manifest")).await;
            let routes =
                itself.get("routes").map_or_else(|| vec![itself["route"].clone()], |routes| array(routes).clone());
            assert_eq!(array(&stops["routes"]).len(), routes.len());
            for ((route, stops), manifest) in routes.iter().zip(array(&stops["routes"])).zip(array(&manifest["routes"]))
            {
                assert_eq!((&stops["route"], &manifest["route"]), (route, route));
                let mut aboard: BTreeSet<String> = BTreeSet::new();
                for (n, (stop, listed)) in array(&stops["stops"]).iter().zip(array(&manifest["stops"])).enumerate() {
                    let codes = |field: &str| -> BTreeSet<String> {
                        array(&listed[field]).iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
                    };
                    for code in codes("unload") {
                        assert!(aboard.remove(&code), "{code} is unloaded at {path} but was not on board");
                    }
                    carried.extend(codes("load"));
                    aboard.extend(codes("load"));
                    let on_board: BTreeSet<String> =
                        array(&listed["on_board"]).iter().map(|code| code.as_str().unwrap().to_owned()).collect();
                    assert_eq!(aboard, on_board, "{path} stop {n}");
                    assert_eq!(stop["on_board"], on_board.len());
                    assert_eq!((stop["sequence"].as_u64(), &stop["place"]), (Some(n as u64), &listed["place"]));
                    if n == 0 {
                        assert_eq!(array(&manifest["at_departure"]).len(), on_board.len());
                    }
                }
                assert!(aboard.is_empty(), "{path}: {aboard:?} never leaves the vehicle");
            }
        }
        assert_eq!(carried.len() as u64, plan["summary"]["items_planned"].as_u64().unwrap());
    });
}

#[actix_web::test]
async fn geojson_of_a_day_and_of_a_route() {
    on_each!(World::planned, |client, _world| {
        let answer = client.get(&format!("/v1/plans/{DAY}/geojson")).await;
        assert_eq!(answer.header("content-type"), "application/geo+json");
        let day = answer.json();
        assert_eq!(
            (day["type"].as_str(), day["travel"]["kind"].as_str()),
            (Some("FeatureCollection"), Some("estimate"))
        );
        let lines: Vec<&Value> =
            array(&day["features"]).iter().filter(|feature| feature["geometry"]["type"] == "LineString").collect();
        assert!(!lines.is_empty());
        for line in &lines {
            assert_eq!(line["properties"]["line"], "straight_line", "no network is loaded");
            for point in array(&line["geometry"]["coordinates"]) {
                let (lon, lat) = (point[0].as_f64().unwrap(), point[1].as_f64().unwrap());
                assert!((105.0..107.0).contains(&lon) && (9.0..11.0).contains(&lat), "longitude comes first: {point}");
            }
        }
        let route = lines[0]["properties"]["route_id"].as_str().unwrap();
        let alone = client.json(&format!("/v1/routes/{route}/geojson")).await;
        let stops = array(&alone["features"]).iter().filter(|feature| feature["properties"]["kind"] == "stop").count();
        assert_eq!(array(&alone["features"]).len(), stops + 1);
        assert_eq!(array(&lines[0]["geometry"]["coordinates"]).len(), stops);
    });
}

#[actix_web::test]
async fn no_address_leaves_but_where_the_courier_needs_it() {
    on_each!(World::planned, |client, _world| {
        let plan = client.json(&format!("/v1/plans/{DAY}")).await;
        let geojson = client.json(&format!("/v1/plans/{DAY}/geojson")).await;
        assert!(!plan.to_string().contains("\"address\"") && !geojson.to_string().contains("\"address\""));
        let Some(round) = array(&plan["rounds"]).iter().find(|round| round["route"]["stops"].as_u64() > Some(0)) else {
            panic!("the season has home deliveries, so some round rides");
        };
        let stops = client.json(&format!("/v1/rounds/{}/stops", round["id"].as_str().unwrap())).await;
        let home = array(&stops["routes"][0]["stops"]).iter().find(|stop| stop["place"]["type"] == "home").unwrap();
        assert!(home["address"].as_str().is_some_and(|address| !address.is_empty()));
    });
}

async fn plan_again(client: &super::Client, headers: &[(&str, &str)]) -> super::Answer {
    let mut request = TestRequest::post().uri("/v1/plans").set_json(json!({ "date": DAY, "seed": 2 }));
    for (name, value) in headers {
        request = request.insert_header((*name, *value));
    }
    client.send(request).await
}

/// Follows the job of a 202 to its end.
async fn to_the_end(client: &super::Client, accepted: &super::Answer) -> Value {
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{:?}", accepted.bytes);
    let location = accepted.header("location").to_owned();
    client.get(&format!("{location}/events")).await;
    client.json(&location).await
}

#[actix_web::test]
async fn etags_and_conditions() {
    on_each!(World::planned, |client, _world| {
        let path = format!("/v1/plans/{DAY}");
        let first = client.get(&path).await;
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"'));
        for has in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".into()] {
            let answer = client.send(TestRequest::get().uri(&path).insert_header(("if-none-match", has.clone()))).await;
            assert_eq!((answer.status, answer.bytes.len()), (StatusCode::NOT_MODIFIED, 0), "{has}");
            assert_eq!(answer.header("etag"), etag);
        }
        let other = client.send(TestRequest::get().uri(&path).insert_header(("if-none-match", "\"x\""))).await;
        assert_eq!((other.status, &other.bytes), (StatusCode::OK, &first.bytes));
        let unquoted = client.send(TestRequest::get().uri(&path).insert_header(("if-none-match", "x"))).await;
        assert_eq!(unquoted.problem(), "invalid_parameter");

        for (name, value) in [("if-match", "\"x\""), ("if-match", &format!("W/{etag}")), ("if-none-match", "*")] {
            let refused = plan_again(&client, &[(name, value)]).await;
            assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (412, "plan_changed"), "{name}: {value}");
        }
        for headers in
            [&[("if-none-match", "\"x\"")][..], &[("if-match", "*"), ("if-none-match", "*")], &[("if-match", "")]]
        {
            assert_eq!(plan_again(&client, headers).await.problem(), "invalid_parameter", "{headers:?}");
        }

        let job = to_the_end(&client, &plan_again(&client, &[("if-match", &etag)]).await).await;
        assert_eq!((job["state"].as_str(), job["revision"].as_u64()), (Some("done"), Some(2)), "{job}");
        let second = client.get(&path).await;
        assert_ne!(second.header("etag"), etag);
        assert_eq!(second.json()["revision"], 2);
        let lost = plan_again(&client, &[("if-match", &etag)]).await;
        assert_eq!(lost.problem(), "plan_changed");
        let runs = |plan: &Value| array(&plan["runs"]).iter().map(|run| run["id"].clone()).collect::<Vec<_>>();
        assert_eq!(runs(&first.json()), runs(&second.json()), "runs keep their ids");
    });
}
