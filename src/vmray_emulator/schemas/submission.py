"""Fields of submissions.

Source: a recorded response of 4.2.0 for the fields without a mark, the vendor's OpenAPI document 2026.2.1 for
the others (the version in which they appeared is inferred).
"""

from __future__ import annotations

from vmray_emulator.schemas.fields import table

SUBMISSION = table(
    "submission",
    """
    id i
    analysis_cache_ids i[]
    analyzer_mode_ai_based_phishing_detection s? ="normal" @2026.2.1
    analyzer_mode_analysis_caching s? ="disabled"
    analyzer_mode_analyzer_mode s? ="reputation_static_dynamic"
    analyzer_mode_archive_action s? ="sample"
    analyzer_mode_detonate_links_in_documents s? ="smart"
    analyzer_mode_detonate_links_in_emails s? ="smart"
    analyzer_mode_disk_image_action s? ="sample" @2023.4.0
    analyzer_mode_enable_reputation b? =true
    analyzer_mode_enable_whois b? =false
    analyzer_mode_id i =1
    analyzer_mode_known_benign b? =false
    analyzer_mode_known_malicious b? =false
    analyzer_mode_max_dynamic_analyses_per_sample s? ="default"
    analyzer_mode_max_recursive_samples s? ="10"
    analyzer_mode_ml_based_phishing_detection s? ="normal" @2023.4.0
    analyzer_mode_triage s? ="disabled"
    analyzer_mode_triage_error_handling s?
    api_key_id i? =1
    billing_type s ="analyzer"
    comment s?
    consumed_quota i =1 @2023.4.0
    created ts
    deletion_date ts?
    dll_call_mode s?
    dll_calls s?
    document_password s?
    enable_custom_av b? =false
    enable_local_av b? =true
    filename s
    finish_time ts?
    finished b
    has_errors b? =false
    has_recursive_errors b? =false
    interface_name s ="-"
    ip_id i? =1
    ip_ip s? ="127.0.0.1"
    job_cache_ids i[]
    known_configuration b
    number_cached_analyses i @2023.4.0
    number_created_jobs i @2023.4.0
    original_filename s?
    original_url s?
    parent_submission_id i?
    prescript_force_admin b
    prescript_id i?
    priority i =1
    quota_type s ="report" @2023.4.0
    recursive b @2023.4.0
    reputation_job_cache_id i?
    reputation_lookup_cache_id i?
    reputation_mode s? ="auxiliary"
    retention_period i? =0
    sample_id i
    sample_md5 s
    sample_sha1 s
    sample_sha256 s
    sample_ssdeep s?
    sample_verdict s? @2026.2.1
    sample_verdict_reason_code s? @2026.2.1
    sample_verdict_reason_description s? @2026.2.1
    score i?
    severity s?
    shareable b
    status s ="queued"
    submission_metadata s ="{}"
    submitter_email s? @2023.4.0
    system_time ts?
    tags s[]
    triage_error_handling s?
    triage_stage s? @2023.4.0
    triaged b? =false @2023.4.0
    type s ="api"
    used_cache b @2023.4.0
    user_account_id i? =1 @2023.4.0
    user_account_name s? ="Emulated" @2023.4.0
    user_account_subscription_mode s? ="paid" @2023.4.0
    user_account_type s? ="default" @2023.4.0
    user_email s? ="analyst@vmray.example"
    user_id i =1
    verdict s?
    verdict_reason_code i?
    verdict_reason_description s?
    webif_url s
    whois_mode s? ="disabled"
    """,
)
