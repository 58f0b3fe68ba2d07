"""One action as a process: its input, its output and its changes to the case."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from secops_lab.host import RunState
from secops_lab.platform import Alert

if TYPE_CHECKING:
    from tests.lab.toy_integration import Toy

URL = "http://evil.example/a?B=c"
WORK = """
    siemplify.LOGGER.info(GREETING)
    print("printed")
    limit = siemplify.extract_action_param("Limit", input_type=int, is_mandatory=True)
    root = siemplify.extract_configuration_param("Toy", "Api Root")
    found = {}
    done = []
    for entity in siemplify.target_entities:
        if entity.entity_type == EntityTypes.URL:
            original = entity.additional_properties["OriginalIdentifier"]
            answer = {"asked": root, "url": original, "limit": limit, "name": "Zoë </script>"}
            found[entity.identifier] = answer
            entity.is_suspicious = True
            entity.is_enriched = True
            entity.additional_properties["Toy_verdict"] = "bad"
            siemplify.result.add_entity_table(entity.identifier, construct_csv([{"a,b": "1,2"}]))
            siemplify.add_entity_insight(entity, "<b>bad</b>")
            done.append(entity)
    siemplify.update_entities(done)
    siemplify.result.add_result_json(convert_dict_to_json_result_dict(found))
    siemplify.result.add_link("More", "https://toy.example/1")
    siemplify.end("did it", True)
"""


def entry(title: str, **more: object) -> dict[str, object]:
    """Return one entry of the result object."""
    return {
        "Title": title,
        "Type": None,
        "IsForEntity": False,
        "Content": "",
        "RawJson": "",
        "CSVLines": "",
        "Attachments": {},
        "Htmls": {},
        "Markdowns": {},
        **more,
    }


def test_both_forms_give_the_same_output_and_case_on_both_sdks(toy_in_both_forms: Toy) -> None:
    """Both forms give the same output and the same case on both SDKs."""
    toy = toy_in_both_forms
    toy.platform.configure("Toy", {"Api Root": "https://toy.example"})
    case = toy.platform.new_case(entities=[("DestinationURL", URL), ("FILEHASH", "ab12")])

    run = toy.run(WORK, case, declared={"Limit": "5"})

    answer = {"asked": "https://toy.example", "url": URL, "limit": 5, "name": "Zoë </script>"}
    json_result = [{"Entity": URL.upper(), "EntityResult": answer}]
    output = {
        "Message": "did it",
        "ResultObjectJson": json.dumps(
            {
                f"{URL.upper()}_None": entry(URL.upper(), IsForEntity=True, CSVLines=["a,b", "1 2"]),
                "JsonResult": entry("JsonResult", RawJson=json.dumps(json_result)),
                "More_None": entry("More", Links=["https://toy.example/1"]),
            }
        ),
        "ResultValue": True,
        "DebugOutput": "hello\nprinted\nReading configuration from Server\n",
        "ExecutionState": 0,
    }
    assert run.rounds[0].stdout == json.dumps(output)
    assert (run.state, run.message, run.is_success) == (RunState.COMPLETED, "did it", True)
    assert run.json_result == json_result
    assert run.tables == {URL.upper(): ["a,b", "1 2"]}
    assert run.links == {"More": ["https://toy.example/1"]}
    assert "INFO] hello" in run.rounds[0].stderr


def test_an_action_changes_its_case(toy: Toy) -> None:
    """Enrichment and insight are stored for the entity of the action and for no other entity."""
    case = toy.platform.new_case(entities=[("DestinationURL", URL), ("FILEHASH", "ab12")])

    toy.run(WORK, case, declared={"Limit": "5"})

    url, file_hash = case.entities
    assert url["identifier"] == URL.upper()
    assert url["additional_properties"] == {
        "OriginalIdentifier": URL,
        "Toy_verdict": "bad",
        "IsInternalAsset": "False",
        "IsEnriched": "True",
        "IsSuspicious": "True",
        "IsVulnerable": "False",
    }
    assert (url["is_suspicious"], url["is_enriched"]) == (True, True)
    assert file_hash["additional_properties"] == {"OriginalIdentifier": "ab12"}
    assert [
        (one["entity_identifier"], one["content"], one["severity"], one["type"]) for one in case.insights
    ] == [(URL.upper(), "<b>bad</b>", 1, 1)]
    assert [item.kind for item in case.wall] == ["entity", "entity", "insight", "entity", "action"]
    assert case.wall[-1].detail["message"] == "did it"


def test_an_action_calls_the_platform_as_documented(toy: Toy) -> None:
    """An action reads the case once and the alert once, and the configuration at each use."""
    case = toy.platform.new_case(entities=[("DestinationURL", URL)])

    toy.run(WORK, case, declared={"Limit": "5"})

    calls = [
        (call.method, call.path.rpartition("/sdk/")[2].split("/")[0]) for call in toy.platform.requests()
    ]
    assert calls == [
        ("GET", "CaseMetadata"),
        ("GET", "configuration"),
        ("POST", "AlertFullDetails"),
        ("POST", "CreateCaseInsight"),
        ("POST", "UpdateEntities"),
    ]


def test_only_the_entities_of_the_alert_are_targets(toy: Toy) -> None:
    """In a case with several alerts, the targets are the entities of the alert in which the action runs."""
    case = toy.platform.new_case(entities=[("FILEHASH", "aa")])
    second = case.new_alert("Another", entities=[("FILEHASH", "bb"), ("FILEHASH", "cc")])
    second.add_entity("FILEHASH", "dd")
    body = "siemplify.end(','.join(str(entity) for entity in siemplify.target_entities), True)"
    host = toy.host(body)

    assert host.run("Do It", case).message == "AA"
    assert host.run("Do It", case, alert=second).message == "BB,CC,DD"
    assert host.run("Do It", case, alert=second, entities=[("FILEHASH", "cc")]).message == "CC"
    assert host.run("do_it", case, alert=second, entities=second.entities[:1]).message == "BB"


def test_parameters_are_texts_from_the_analyst_or_the_definition(toy_in_both_forms: Toy) -> None:
    """A missing parameter gets its default, an empty text stays empty, a setting has a default."""
    body = """
        root = siemplify.extract_configuration_param("Toy", "Api Root")
        siemplify.end(json.dumps([siemplify.parameters, root]), True)
    """
    given = {"B": "", "C": "7"}

    run = toy_in_both_forms.run(body, declared={"A": "1", "B": "2", "C": "3"}, parameters=given)

    assert json.loads(run.message) == [{"A": "1", "B": "", "C": "7"}, "http://default"]


def test_the_context_has_every_documented_key(toy: Toy) -> None:
    """The context document has exactly the documented keys; its deadlines are Unix milliseconds."""
    case = toy.platform.new_case(entities=[("DestinationURL", URL)], environment="Lab")
    before = time.time() * 1000

    run = toy.run(
        "siemplify.end(json.dumps(siemplify.context_data), True)",
        case,
        script_timeout=100.0,
        max_json_result_size=7,
    )

    context = json.loads(run.message)
    deadline = context.pop("execution_deadline_unix_time_ms")
    assert before + 100_000 <= deadline + 1 <= time.time() * 1000 + 100_001
    assert context.pop("script_timeout_deadline") == deadline
    assert context.pop("workflow_id") == context.pop("workflow_instance_id") == case.workflow_instance
    instance = toy.platform.state.instance("Toy")
    assert instance is not None
    assert context.pop("integration_instance") == instance.instance_id
    assert context == {
        "target_entities": [{"item1": URL.upper(), "item2": "DestinationURL"}],
        "case_id": 1,
        "alert_id": "CASE_1_ALERT_1",
        "environment": "Lab",
        "parent_workflow_instance_id": None,
        "parameters": {},
        "integration_identifier": "Toy",
        "action_definition_name": "Toy_Do It",
        "original_requesting_user": "analyst",
        "async_polling_interval_in_sec": 0,
        "async_total_duration_deadline": 0,
        "default_result_value": None,
        "use_proxy_settings": False,
        "max_json_result_size": 7,
        "vault_settings": None,
        "environment_api_key": None,
    }


def test_comments_tags_attachments_and_context_values_can_be_read_back(toy: Toy) -> None:
    """A script can write and read comments, tags, attachments and context values."""
    body = """
        siemplify.add_comment("a comment")
        siemplify.add_tag("a tag")
        with open("note.txt", "wb") as file:
            file.write(b"content")
        number = siemplify.add_attachment("note.txt")
        seen = [
            siemplify.get_attachments()[0]["name"],
            siemplify.get_attachment(number).read().decode(),
            siemplify.get_case_context_property("k"),
            siemplify.set_case_context_property("k", "v"),
            siemplify.get_case_context_property("k"),
            siemplify.try_set_alert_context_property("k", {"a": 1}).decode(),
            siemplify.get_alert_context_property("k"),
            siemplify.fetch_timestamp(),
            siemplify.save_timestamp(new_timestamp=5),
            siemplify.fetch_timestamp(),
            siemplify.get_integration_version("Toy"),
        ]
        siemplify.add_entity_to_case("new.example", "DOMAIN", False, True, False, False, {"a": "b"})
        siemplify.create_case_insight("Toy", "title", "<i>content</i>", "", 2, 0)
        siemplify.end(json.dumps(seen), True)
    """
    case = toy.platform.new_case()

    run = toy.run(body, case)

    expected = ["note", "content", None, None, "v", "true", {"a": 1}, 0, None, 5, 3.0]
    assert json.loads(run.message) == expected
    assert [one["comment"] for one in case.comments] == ["a comment"]
    assert case.tags == ["a tag"]
    assert [(one["name"], one["type"], one["orig_size"]) for one in case.attachments] == [("note", ".txt", 7)]
    assert [(one["identifier"], one["is_suspicious"]) for one in case.entities] == [("NEW.EXAMPLE", True)]
    assert [(one["title"], one["severity"], one["type"]) for one in case.insights] == [("title", 2, 0)]


def test_an_entity_is_added_once_and_a_script_reads_the_case_again(toy: Toy) -> None:
    """An entity is the same by type and identifier; the case that is read again has it."""
    body = """
        before = len(siemplify.current_alert.entities)
        for _ in range(2):
            siemplify.add_entity_to_case(
                "HTTP://A.EXAMPLE/X", "DestinationURL", is_internal=False, is_suspicous=True,
                is_enriched=True, is_vulnerable=False,
                properties={"OriginalIdentifier": "http://a.example/X", "a": "b"},
            )
        siemplify.load_case_data()
        found = [[one.entity_type, one.identifier] for each in siemplify.case.alerts for one in each.entities]
        siemplify.end(json.dumps([before, found, len(siemplify.current_alert.entities)]), True)
    """
    case = toy.platform.new_case(entities=[("DOMAIN", "HTTP://A.EXAMPLE/X")])

    run = toy.run(body, case)

    same = [["DOMAIN", "HTTP://A.EXAMPLE/X"], ["DestinationURL", "HTTP://A.EXAMPLE/X"]]
    assert json.loads(run.message) == [1, same, 1]
    added = case.entities[1]
    assert added["additional_properties"] == {"OriginalIdentifier": "http://a.example/X", "a": "b"}
    assert (added["is_enriched"], added["is_suspicious"]) == (True, True)
    assert [each.kind for each in case.wall if each.kind == "entity"] == ["entity"] * 2


def test_without_its_alert_an_action_adds_no_entity(toy: Toy) -> None:
    """Given an alert that the platform does not return, then the SDK adds no entity."""
    body = """
        try:
            siemplify.add_entity_to_case("a.example", "DOMAIN", False, False, False, False, {})
        except Exception as error:
            siemplify.end(f"{siemplify.current_alert}: {error}", True)
    """
    case = toy.platform.new_case()

    run = toy.host(body).run("Do It", case, alert=Alert(case, "GONE", "gone", []))

    assert run.message == "None: Cannot Create Entity without given alert identifier."
    assert case.entities == []


def test_the_outcome_of_a_run_has_the_insights_of_this_run(toy: Toy) -> None:
    """Insights about entities and about the case are in their order; those of an earlier run are not."""
    body = """
        siemplify.create_case_insight("Toy", "Why", "<i>worst</i>", "", 2, 0)
        for entity in siemplify.target_entities:
            siemplify.add_entity_insight(entity, "<b>bad</b>")
        siemplify.end("done", True)
    """
    case = toy.platform.new_case(entities=[("FILEHASH", "ab")])
    host = toy.host(body)

    for run in (host.run("Do It", case), host.run("Do It", case)):
        assert [(one["title"], one["entity_identifier"], one["content"]) for one in run.insights] == [
            ("Why", "", "<i>worst</i>"),
            ("Entity insight", "AB", "<b>bad</b>"),
        ]
        assert run.case_insights == run.insights[:1]
    assert len(case.insights) == 4


def test_an_attachment_of_5_mb_in_base64_is_rejected(toy: Toy) -> None:
    """The platform rejects the attachment, and the SDK raises its own error message."""
    body = """
        with open("big.bin", "wb") as file:
            file.write(bytes(3932158))
        try:
            siemplify.add_attachment("big.bin")
        except Exception as error:
            siemplify.end(str(error), False, EXECUTION_STATE_FAILED)
    """
    case = toy.platform.new_case()

    run = toy.run(body, case)

    sentence = "Attachment size should be < 5MB. Original file size: 3932158. Size after encoding: 5242880."
    assert (run.state, run.message, case.attachments) == (RunState.FAILED, sentence, [])
