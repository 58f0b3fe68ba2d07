"""Fields of samples and of sample relations.

Source: a recorded response of 4.2.0 for the fields without a mark, the vendor's OpenAPI document 2026.2.1 for
the others. In which version between the two a field appeared is not public: `@2023.4.0` is inferred. The
fields marked `!2026.2.1` are in a response of about 2022 and in no later one.
"""

from __future__ import annotations

from vmray_emulator.schemas.fields import table

SAMPLE = table(
    "sample",
    """
    id i
    account_ids i[] =[1] @2023.4.0 !2026.2.1
    child_relations o[]
    child_relations_truncated b
    child_sample_ids i[]
    classifications s[]?
    clusters o[] @2026.2.1
    container_type s?
    created ts
    display_url s?
    emailhash s? @2023.4.0
    filename s
    filesize i
    highest_vti_score i?
    highest_vti_severity s?
    imphash s?
    is_multipart b
    is_type_overridden b @2023.4.0 !2026.2.1
    last_md_score i?
    last_reputation_severity s?
    last_vt_score i?
    lnk_target s? @2023.4.0 !2026.2.1
    md5hash s
    parent_relations o[]
    parent_relations_truncated b
    parent_sample_ids i[]
    password s? @2023.4.0 !2026.2.1
    password_protected b
    pe_signature o? ={}
    priority i =1
    score i?
    severity s?
    sha1hash s
    sha256hash s
    ssdeephash s?
    temporary b @2023.4.0 !2026.2.1
    threat_names s[]?
    type s
    unsupported_type b @2023.4.0 !2026.2.1
    url s?
    verdict s?
    verdict_migrated b @2023.4.0 !2026.2.1
    verdict_reason_code i?
    verdict_reason_description s?
    vti_score i?
    webif_url s
    """,
)

SAMPLE_RELATION = table(
    "sample_relation",
    """
    id i
    created ts
    relation s
    relation_reason s?
    sample_id i
    sample_md5 s
    sample_sha1 s
    sample_sha256 s
    sample_ssdeep s?
    submission_id i
    """,
)
