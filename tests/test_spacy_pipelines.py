"""The components in the pipelines, files and tools of spaCy's users."""

import json
import subprocess
import sys

import pytest
import spacy
from spacy import displacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.util import Config, fix_random_seed, load_model_from_config

import empathy_score.component  # noqa: F401  (registers both components)
from empathy_score import InputError, displacy_options
from empathy_score.cue_colors import cue_colors
from empathy_score.cues import cues_of
from empathy_score.errors import LexiconError
from empathy_score.features.turns import turns_of
from empathy_score.lexicon import CUE_LABELS

TEXT = "I'm so sorry it broke, I understand. We have your back."
BACK = {
    "id": "reassurance.back",
    "phrases": ["we have your back"],
    "examples": ["We have your back!"],
}
SKY = {
    "id": "positivity.sky",
    "pattern": "{very}sky high|the sky costs \\$[0-9]{1,3}",
    "examples": ["so sky high", "The sky costs $20"],
    "counter_examples": ["sky blue"],
}
TAGGED = [
    ("I am sorry", ["PRON", "AUX", "ADJ"]),
    ("We have it", ["PRON", "VERB", "PRON"]),
    ("It broke", ["PRON", "VERB"]),
]


def with_cues(**config):
    nlp = spacy.blank("en")
    nlp.add_pipe("empathy_cues", config=config)
    return nlp


def ids(doc, key="empathy_cues"):
    return [span.id_ for span in doc.spans[key]]


@pytest.fixture(scope="module")
def trained():
    """A pipeline with a tagger that has learned three sentences."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    tagger = nlp.add_pipe(
        "tagger",
        config={
            "model": {
                "@architectures": "spacy.Tagger.v2",
                "tok2vec": {
                    "@architectures": "spacy.HashEmbedCNN.v2",
                    "pretrained_vectors": None,
                    "width": 8,
                    "depth": 1,
                    "embed_size": 50,
                    "window_size": 1,
                    "maxout_pieces": 2,
                    "subword_features": False,
                },
            }
        },
    )
    examples = [
        Example.from_dict(nlp.make_doc(text), {"tags": tags}) for text, tags in TAGGED
    ]
    for tag in ("ADJ", "AUX", "PRON", "VERB"):
        tagger.add_label(tag)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(20):
        nlp.update(examples, sgd=optimizer)
    return nlp


def components_of(trained):
    """The trained pipeline with both components behind its tagger."""
    nlp = spacy.blank("en", vocab=trained.vocab)
    nlp.add_pipe("tagger", source=trained)
    nlp.add_pipe("empathy_cues")
    nlp.add_pipe("empathy_score")
    return nlp


def alone():
    nlp = with_cues()
    nlp.add_pipe("empathy_score")
    return nlp


def test_after_installing_both_are_there_without_an_import():
    code = (
        "import spacy; nlp = spacy.blank('en'); "
        "[nlp.add_pipe(name) for name in ('empathy_cues', 'empathy_score')]; "
        "doc = nlp('So sorry it broke.'); "
        "print(len(doc.spans['empathy_cues']) > 0, doc._.empathy['level'] > 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_they_stand_behind_a_trained_component(trained):
    doc = components_of(trained)(TEXT)
    assert doc._.empathy == alone()(TEXT)._.empathy
    assert cues_of(doc) == cues_of(alone()(TEXT))
    assert [token.tag_ for token in doc] == [token.tag_ for token in trained(TEXT)]


def test_they_stand_before_a_trained_component(trained):
    nlp = alone()
    nlp.add_pipe("tagger", source=trained)
    doc = nlp(TEXT)
    assert doc._.empathy == alone()(TEXT)._.empathy
    assert doc.has_annotation("TAG")


def test_they_read_what_a_trained_pipeline_has_made(trained):
    docs = list(trained.pipe([TEXT, "We have it"]))
    tags = [token.tag_ for token in docs[1]]
    later = spacy.blank("en", vocab=trained.vocab)
    later.add_pipe("empathy_cues")
    later.add_pipe("empathy_score")
    found = list(later.pipe(docs))
    assert found[0]._.empathy == alone()(TEXT)._.empathy
    assert [token.tag_ for token in found[1]] == tags
    assert all(tags)


def test_a_trained_pipeline_keeps_them_on_disk_and_in_two_processes(trained, tmp_path):
    nlp = components_of(trained)
    nlp.to_disk(tmp_path / "both")
    again = spacy.load(tmp_path / "both")
    for n_process in (1, 2):
        for doc in again.pipe([TEXT] * 3, n_process=n_process, batch_size=2):
            assert doc._.empathy["score"] == pytest.approx(nlp(TEXT)._.empathy["score"])
            assert cues_of(doc) == cues_of(nlp(TEXT))
            assert [token.tag_ for token in doc] == [t.tag_ for t in trained(TEXT)]


def test_tokens_that_were_merged_are_marked_whole():
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "SORRY", "pattern": "sorry it broke"}])
    nlp.add_pipe("merge_entities")
    nlp.add_pipe("empathy_cues")
    cue = next(cue for cue in cues_of(nlp("So sorry it broke.")) if cue.label)
    assert cue.text == "So sorry it broke"


def test_a_component_may_come_from_another_pipeline():
    source = with_cues(patterns=[BACK])
    nlp = spacy.blank("en", vocab=source.vocab)
    nlp.add_pipe("empathy_cues", source=source)
    assert "reassurance.back" in ids(nlp(TEXT))


def test_spacy_knows_what_they_assign_and_require():
    found = alone().analyze_pipes(pretty=False)
    assert found["summary"]["empathy_cues"]["assigns"] == ["doc.spans"]
    assert found["summary"]["empathy_score"]["assigns"] == ["doc._.empathy"]
    assert found["summary"]["empathy_score"]["requires"] == ["doc.spans"]
    assert found["problems"] == {"empathy_cues": [], "empathy_score": []}


def test_spacy_names_the_wrong_order():
    nlp = with_cues()
    nlp.add_pipe("empathy_score", first=True)
    assert nlp.analyze_pipes()["problems"]["empathy_score"] == ["doc.spans"]
    with pytest.raises(InputError, match="empathy_cues must run before"):
        nlp(TEXT)


def test_a_configuration_file_makes_the_same_pipeline(tmp_path):
    nlp = with_cues(spans_key="care", patterns=[BACK, SKY])
    nlp.config.to_disk(tmp_path / "config.cfg")
    made = load_model_from_config(Config().from_disk(tmp_path / "config.cfg"))
    text = f"{TEXT} That is so sky high."
    assert {"reassurance.back", "positivity.sky"} <= set(ids(nlp(text), "care"))
    assert ids(made(text), "care") == ids(nlp(text), "care")
    for name in ("nlp", "components"):
        assert made.config[name] == nlp.config[name]


def test_a_batch_is_scored_as_each_text_alone():
    nlp = alone()
    texts = [TEXT, "", "Which size?", TEXT]
    for doc, text in zip(nlp.pipe(texts, batch_size=2), texts, strict=True):
        one, single = doc._.empathy, nlp(text)._.empathy
        assert one["level"] == single["level"]
        assert one["probabilities"] == pytest.approx(single["probabilities"])
        assert one["mechanisms"] == pytest.approx(single["mechanisms"])


@pytest.fixture(params=["jsonl", "toml"])
def own_file(request, tmp_path):
    file = tmp_path / f"own.{request.param}"
    if request.param == "jsonl":
        file.write_text(f"{json.dumps(BACK)}\n", encoding="utf-8")
    else:
        lines = [f"{key} = {json.dumps(value)}" for key, value in BACK.items()]
        file.write_text("\n".join(["[[cue]]", *lines, ""]), encoding="utf-8")
    return file


def test_own_cues_come_from_a_file(own_file):
    doc = with_cues(patterns=str(own_file))(TEXT)
    assert "reassurance.back" in ids(doc)
    own = cues_of(doc)[-1]
    assert (own.label, own.text) == ("reassurance", "We have your back")
    assert "reassurance.back" not in ids(with_cues()(TEXT))


def test_own_cues_count_in_the_score():
    nlp = with_cues(patterns=[BACK])
    nlp.add_pipe("empathy_score")
    own, plain = nlp("We have your back."), alone()("We have your back.")
    assert turns_of([own], [None]).own.count("reassurance").tolist() == [1]
    assert own._.empathy["score"] > plain._.empathy["score"]


def test_own_cues_travel_with_the_pipeline_and_need_their_file_no_more(
    own_file, tmp_path
):
    nlp = with_cues(patterns=str(own_file))
    nlp.to_disk(tmp_path / "nlp")
    data = nlp.to_bytes()
    own_file.unlink()
    loaded = spacy.load(tmp_path / "nlp")
    assert ids(loaded(TEXT)) == ids(nlp(TEXT))
    assert ids(with_cues().from_bytes(data)(TEXT)) == ids(nlp(TEXT))
    loaded.to_disk(tmp_path / "again")
    stored = [
        (tmp_path / name / "empathy_cues" / "patterns.jsonl").read_bytes()
        for name in ("nlp", "again")
    ]
    assert stored[0] == stored[1]


def test_own_cues_reach_other_processes_and_docbins():
    nlp = with_cues(patterns=[BACK])
    docs = list(nlp.pipe([TEXT] * 3, n_process=2, batch_size=2))
    assert [cues_of(doc) for doc in docs] == [cues_of(nlp(TEXT))] * 3
    data = DocBin(docs=docs).to_bytes()
    back = DocBin().from_bytes(data).get_docs(spacy.blank("en").vocab)
    assert [cues_of(doc) for doc in back] == [cues_of(nlp(TEXT))] * 3


def test_a_pipeline_without_own_cues_stores_none(tmp_path):
    nlp = with_cues()
    nlp.to_disk(tmp_path / "nlp")
    assert not (tmp_path / "nlp" / "empathy_cues").exists()
    assert spacy.load(tmp_path / "nlp").get_pipe("empathy_cues").patterns == ()
    own = with_cues(patterns=[BACK]).from_bytes(nlp.to_bytes())
    assert "reassurance.back" not in ids(own(TEXT))


def test_a_file_that_is_not_there_is_missed_when_it_is_needed(tmp_path):
    nlp = with_cues(patterns=str(tmp_path / "none.toml"))
    for use in (lambda: nlp(TEXT), lambda: nlp.to_disk(tmp_path / "x"), nlp.to_bytes):
        with pytest.raises(LexiconError, match=r"none\.toml: cannot be read"):
            use()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**BACK, "id": "warmth.back"}, "patterns, row 1: unknown cue 'warmth'"),
        ({**BACK, "phrase": "x"}, "patterns, row 1: unknown key 'phrase'; did you"),
        ({**BACK, "phrases": []}, "patterns, row 1: 'phrases' is empty"),
    ],
)
def test_a_row_that_is_not_valid_is_named_at_once(row, message, tmp_path):
    with pytest.raises(LexiconError, match=message):
        with_cues(patterns=[row])
    file = tmp_path / "own.jsonl"
    file.write_text(f"\n{json.dumps(row)}\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=r"own\.jsonl:2: "):
        with_cues(patterns=str(file))


def test_rows_that_were_spoilt_on_disk_are_named(tmp_path):
    with_cues(patterns=[BACK]).to_disk(tmp_path)
    (tmp_path / "empathy_cues" / "patterns.jsonl").write_text("[1]\n")
    with pytest.raises(LexiconError, match=r"patterns\.jsonl:1: not a JSON object"):
        spacy.load(tmp_path)
    with pytest.raises(LexiconError, match="patterns:1: not a JSON object"):
        with_cues().get_pipe("empathy_cues").from_bytes(b"{")


def test_pipelines_of_one_process_leave_each_other_alone():
    sky = "That is so sky high. We have your back."
    made: list[tuple[Language, list[str]]] = [
        (with_cues(), []),
        (with_cues(patterns=[BACK]), ["reassurance.back"]),
        (with_cues(patterns=[SKY]), ["positivity.sky"]),
        (with_cues(spans_key="care", patterns=[BACK, SKY]), []),
    ]
    for nlp, _ in made:  # all are used before any is looked at
        nlp(sky)
    for nlp, own in made:
        assert [each for each in ids_or_none(nlp(sky)) if each in OWN] == own
    both = made[-1][0](sky)
    assert [each for each in ids(both, "care") if each in OWN] == [*OWN]
    assert "empathy_cues" not in both.spans


OWN = ("positivity.sky", "reassurance.back")


def ids_or_none(doc):
    return ids(doc) if "empathy_cues" in doc.spans else []


def test_two_kinds_of_cues_stand_side_by_side_in_one_pipeline():
    nlp = alone()
    nlp.add_pipe(
        "empathy_cues", name="own", config={"spans_key": "own", "patterns": [BACK]}
    )
    doc = nlp(TEXT)
    assert "reassurance.back" in ids(doc, "own")
    assert "reassurance.back" not in ids(doc)
    assert doc._.empathy == alone()(TEXT)._.empathy


def light(color):
    """Relative luminance as in WCAG 2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_cue_has_a_colour_of_its_own_on_which_black_is_legible():
    colors = cue_colors()
    assert set(colors) == set(CUE_LABELS)
    assert len(set(colors.values())) == len(CUE_LABELS)
    assert min((light(color) + 0.05) / 0.05 for color in colors.values()) > 7


def test_displacy_paints_the_cues():
    doc = with_cues(spans_key="care")("So sorry about the delay. Calm down.")
    page = displacy.render(
        doc, style="span", options=displacy_options("care"), jupyter=False
    )
    for label in {span.label_ for span in doc.spans["care"]}:
        assert label in page
        assert cue_colors()[label] in page
    cue_colors()["apology"] = "#000000"  # a copy: nobody else sees it
    assert displacy_options()["colors"]["apology"] != "#000000"


def test_a_doc_of_words_alone_is_marked():
    nlp = alone()
    doc = nlp(Doc(nlp.vocab, words=["So", "sorry", "!"], spaces=[True, False, False]))
    assert [span.text for span in doc.spans["empathy_cues"]] == ["So sorry"]
    assert doc._.empathy == alone()("So sorry!")._.empathy
