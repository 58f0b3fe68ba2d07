"""Fields of the three kinds of jobs. Source: the vendor's OpenAPI document 2026.2.1."""

from __future__ import annotations

from vmray_emulator.schemas.fields import table

JOB = table(
    "job",
    """
    id i
    account_id i? =1
    analyzer_id i =1
    analyzer_name s ="vmray"
    bill_id i?
    bill_type s?
    configuration_description s?
    configuration_id i?
    configuration_name s?
    created ts
    document_password s?
    enable_custom_av b? =false
    enable_local_av b? =true
    jobrule_id i? =1
    jobrule_sampletype s?
    parent_analysis_id i?
    prescript_force_admin b? =false
    prescript_id i?
    priority i =1
    quota_type s ="report"
    reputation_job_id i?
    sample_id i
    sample_md5 s
    sample_sha1 s
    sample_sha256 s
    sample_ssdeep s?
    snapshot_id i?
    snapshot_name s?
    static_config_id i?
    static_config_name s?
    status s ="queued"
    statuschanged ts
    submission_id i?
    submission_ids i[]?
    system_time ts?
    tracking_state s ="//waiting"
    type s ="full_analysis"
    user_email s? ="analyst@vmray.example"
    user_id i? =1
    vm_description s?
    vm_id i?
    vm_name s?
    vmhost_id i?
    vmhost_name s?
    vminstance_num i?
    vnc_url_html s?
    vnc_url_wss s?
    """,
)

REPUTATION_JOB = table(
    "reputation_job",
    """
    id i
    account_id i? =1
    bill_id i?
    created ts
    priority i =1
    sample_id i
    sample_md5 s
    sample_sha1 s
    sample_sha256 s
    sample_ssdeep s?
    status s ="queued"
    statuschanged ts
    submission_id i
    submission_ids i[]
    user_email s? ="analyst@vmray.example"
    user_id i =1
    """,
)

VT_JOB = table(
    "vt_job",
    """
    id i
    account_id i? =1
    created ts
    priority i =1
    reputation_job_id i?
    sample_id i
    sample_md5 s
    sample_sha1 s
    sample_sha256 s
    sample_ssdeep s?
    status s ="queued"
    statuschanged ts
    submission_id i
    user_email s? ="analyst@vmray.example"
    user_id i =1
    """,
)
