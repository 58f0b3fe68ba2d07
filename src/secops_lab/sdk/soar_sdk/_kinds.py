"""The platform's names of entity types, case states and insights."""

from __future__ import annotations


class EntityTypes:
    """The platform's names of entity types."""

    ALERT = "ALERT"
    HOSTNAME = "HOSTNAME"
    USER = "USERUNIQNAME"
    ADDRESS = "ADDRESS"
    MACADDRESS = "MacAddress"
    PROCESS = "PROCESS"
    PARENTPROCESS = "PARENTPROCESS"
    CHILDPROCESS = "CHILDPROCESS"
    FILENAME = "FILENAME"
    FILEHASH = "FILEHASH"
    PARENTHASH = "PARENTHASH"
    CHILDHASH = "CHILDHASH"
    URL = "DestinationURL"
    THREATSIGNATURE = "THREATSIGNATURE"
    EMAILMESSAGE = "EMAILSUBJECT"
    USB = "USB"
    EVENT = "EVENT"
    CVEID = "CVEID"
    DEPLOYMENT = "DEPLOYMENT"
    CREDITCARD = "CREDITCARD"
    PHONENUMBER = "PHONENUMBER"
    CVE = "CVE"
    THREATACTOR = "THREATACTOR"
    THREATCAMPAIGN = "THREATCAMPAIGN"
    GENERIC = "GENERICENTITY"
    SOURCEDOMAIN = "SOURCEDOMAIN"
    DESTINATIONDOMAIN = "DESTINATIONDOMAIN"
    IPSET = "IPSET"
    CLUSTER = "CLUSTER"
    APPLICATION = "APPLICATION"
    DATABASE = "DATABASE"
    POD = "POD"
    CONTAINER = "CONTAINER"
    SERVICE = "SERVICE"
    DOMAIN = "DOMAIN"


class CaseStatus:
    """The states of a case."""

    OPEN = "OPEN"
    CLOSE = "CLOSE"


class InsightSeverity:
    """The severities of insights."""

    INFO = 0
    WARN = 1
    ERROR = 2


class InsightType:
    """The kinds of insights."""

    General = 0
    Entity = 1
