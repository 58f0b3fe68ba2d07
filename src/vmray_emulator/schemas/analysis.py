"""Fields of analyses, reputation look-ups and VirusTotal analyses.

Source: recorded responses of 4.2.0 for the fields without a mark, the vendor's OpenAPI document 2026.2.1 for
the others (the version in which they appeared is inferred).
"""

from __future__ import annotations

from vmray_emulator.schemas.fields import table

ANALYSIS = table(
    "analysis",
    """
    id i
    analyzer_id i =1
    analyzer_name s ="vmray"
    analyzer_version s?
    billing_type s ="analyzer"
    configuration_description s? @2023.4.0
    configuration_id i?
    configuration_name s?
    created ts
    document_password s?
    dynamic_engine_version s?
    enable_custom_av b? =false
    enable_local_av b? =true
    ioc_aggregation_state s? ="ok"
    job_id i
    job_started ts
    job_type s ="full_analysis"
    jobrule_id i? =1
    jobrule_sampletype s?
    ld_filter_last_date ts?
    lock_status s ="unlocked"
    max_recursive_samples_reached b? =false
    mitre_attack_aggregation_state s? ="ok"
    parent_analysis_id i?
    pdf_created b? =true
    platform s?
    prescript_force_admin b
    prescript_id i?
    priority i =1
    published b
    quota_type s ="report"
    reanalysis b
    report_version i? =10
    result_code i =1
    result_str s ="Operation completed successfully."
    sample_id i
    sample_md5 s
    sample_sha1 s
    sample_sha256 s
    sample_ssdeep s?
    serialized_result o? ={"code":1,"extra_args":{},"fmt_args":[]}
    severity s?
    size i?
    snapshot_id i?
    snapshot_name s?
    static_config_id i?
    static_config_name s? @2023.4.0
    static_engine_version s?
    submission_id i?
    submission_ids i[]
    system_time ts?
    tags s[]
    user_account_id i? =1 @2023.4.0
    user_account_name s? ="Emulated" @2023.4.0
    user_account_subscription_mode s? ="paid" @2023.4.0
    user_account_type s? ="default" @2023.4.0
    user_config_config s? @2023.4.0
    user_config_id i? @2023.4.0
    user_email s? ="analyst@vmray.example"
    user_id i? =1
    verdict s?
    verdict_reason_code i?
    verdict_reason_description s?
    vm_description s? @2023.4.0
    vm_id i?
    vm_name s?
    vmhost_id i?
    vmhost_name s?
    vti_aggregation_state s? ="ok"
    vti_built_in_rules_version s?
    vti_custom_rules_hash s? ="d41d8cd98f00b204e9800998ecf8427e"
    vti_score i?
    web_engine_version s?
    webif_url s?
    yara_latest_ruleset_date ts?
    yara_match_count i
    """,
)

REPUTATION_LOOKUP = table(
    "reputation_lookup",
    """
    id i
    context o
    created ts
    job_id i
    result_code i =1
    sample_id i
    sample_md5 s
    sample_sha1 s
    sample_sha256 s
    sample_ssdeep s?
    serialized_result o? ={"code":1,"extra_args":{},"fmt_args":[]}
    severity s ="unknown"
    submission_id i
    submission_ids i[]
    user_email s? ="analyst@vmray.example"
    user_id i =1
    verdict s?
    verdict_reason_code i?
    verdict_reason_description s?
    """,
)

VT_ANALYSIS = table(
    "vt_analysis",
    """
    id i
    created ts
    job_id i
    num_negatives i?
    num_positives i?
    result_code i =1
    sample_id i
    sample_md5 s
    sample_sha1 s
    sample_sha256 s
    sample_ssdeep s?
    scans o?
    score i?
    serialized_result o? ={"code":1,"extra_args":{},"fmt_args":[]}
    submission_id i
    url s?
    user_email s? ="analyst@vmray.example"
    user_id i =1
    verdict s?
    verdict_reason_code i?
    """,
)
