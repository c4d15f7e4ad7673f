// Command trivy-database writes a vulnerability database that Trivy reads, from a JSON file of advisories.
//
// Usage: trivy-database ADVISORIES.json DIRECTORY
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/aquasecurity/trivy-db/pkg/db"
	"github.com/aquasecurity/trivy-db/pkg/ecosystem"
	"github.com/aquasecurity/trivy-db/pkg/metadata"
	"github.com/aquasecurity/trivy-db/pkg/types"
	"github.com/aquasecurity/trivy-db/pkg/vulnsrc/bucket"
)

const schema = "oke-pipeline-lab-advisories/v1"

type document struct {
	Schema     string     `json:"schema"`
	Advisories []advisory `json:"advisories"`
}

type advisory struct {
	ID          string           `json:"id"`
	Provider    string           `json:"provider"`
	CVE         string           `json:"cve"`
	Severity    string           `json:"severity"`
	CVSS        string           `json:"cvss"`
	Description string           `json:"description"`
	URL         string           `json:"url"`
	Published   time.Time        `json:"published"`
	Ecosystem   string           `json:"ecosystem"`
	Package     string           `json:"package"`
	Release     *operatingSystem `json:"operatingSystem"`
	Ranges      []affectedRange  `json:"ranges"`
}

type operatingSystem struct {
	Name         string `json:"name"`
	MajorVersion string `json:"majorVersion"`
	Codename     string `json:"codename"`
}

type affectedRange struct {
	Versions string `json:"versions"`
	FixedIn  string `json:"fixedIn"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "Usage: trivy-database ADVISORIES.json DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "Cannot make a database of %q: %v.\n", os.Args[1], err)
		os.Exit(1)
	}
}

func run(source, directory string) (err error) {
	advisories, err := read(source)
	if err != nil {
		return err
	}
	if err := db.Init(directory); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := write(advisories); err != nil {
		return err
	}
	now := time.Now().UTC()
	return metadata.NewClient(directory).Update(metadata.Metadata{
		Version:      db.SchemaVersion,
		UpdatedAt:    now,
		NextUpdate:   now.Add(24 * time.Hour),
		DownloadedAt: now,
	})
}

func read(source string) ([]advisory, error) {
	file, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	var content document
	if err := decoder.Decode(&content); err != nil {
		return nil, err
	}
	if content.Schema != schema {
		return nil, fmt.Errorf("its schema is %q instead of %q", content.Schema, schema)
	}
	return content.Advisories, nil
}

func write(advisories []advisory) error {
	store := db.Config{}
	return store.BatchUpdate(func(tx *bolt.Tx) error {
		for _, one := range advisories {
			if err := add(store, tx, one); err != nil {
				return fmt.Errorf("advisory %q: %w", one.ID, err)
			}
		}
		return nil
	})
}

func add(store db.Config, tx *bolt.Tx, one advisory) error {
	into, source, err := bucketOf(one)
	if err != nil {
		return err
	}
	if err := store.PutDataSource(tx, into.Name(), source); err != nil {
		return err
	}
	detail, err := advisoryOf(one)
	if err != nil {
		return err
	}
	if err := store.PutAdvisory(tx, []string{into.Name(), one.Package}, keyOf(one), detail); err != nil {
		return err
	}
	if err := store.PutVulnerabilityID(tx, keyOf(one)); err != nil {
		return err
	}
	return store.PutVulnerability(tx, keyOf(one), vulnerabilityOf(one, source.ID))
}

// keyOf is the CVE where there is one, as in Trivy's own database.
func keyOf(one advisory) string {
	if one.CVE != "" {
		return one.CVE
	}
	return one.ID
}

func bucketOf(one advisory) (bucket.Bucket, types.DataSource, error) {
	switch {
	case one.Ecosystem == "npm":
		source := types.DataSource{
			ID:   "ghsa",
			Name: "GitHub Security Advisory npm",
			URL:  "https://github.com/advisories?query=type%3Areviewed+ecosystem%3Anpm",
		}
		into, err := bucket.NewNpm(source)
		return into, source, err
	case one.Ecosystem == "deb" && one.Release != nil:
		source := types.DataSource{
			ID:   "debian",
			Name: "Debian Security Tracker",
			URL:  "https://salsa.debian.org/security-tracker-team/security-tracker",
		}
		return bucket.NewDebian(one.Release.MajorVersion), source, nil
	default:
		return nil, types.DataSource{}, fmt.Errorf("the ecosystem %q is not known", one.Ecosystem)
	}
}

func advisoryOf(one advisory) (*types.Advisory, error) {
	if one.Ecosystem == string(ecosystem.Npm) {
		return languageAdvisory(one), nil
	}
	if len(one.Ranges) != 1 {
		return nil, errors.New("a distribution's package has exactly one range")
	}
	severity, err := severityOf(one)
	if err != nil {
		return nil, err
	}
	detail := &types.Advisory{FixedVersion: one.Ranges[0].FixedIn, Severity: severity}
	if detail.FixedVersion == "" {
		detail.Status = types.StatusAffected
	}
	return detail, nil
}

func languageAdvisory(one advisory) *types.Advisory {
	detail := &types.Advisory{}
	if one.ID != keyOf(one) {
		detail.VendorIDs = []string{one.ID}
	}
	for _, affected := range one.Ranges {
		detail.VulnerableVersions = append(
			detail.VulnerableVersions, strings.ReplaceAll(affected.Versions, ",", ", "))
		if affected.FixedIn != "" {
			detail.PatchedVersions = append(detail.PatchedVersions, affected.FixedIn)
		}
	}
	return detail
}

// severityOf maps Debian's "negligible" to "low", as Trivy's own database does with "unimportant".
func severityOf(one advisory) (types.Severity, error) {
	name := strings.ToUpper(one.Severity)
	if name == "NEGLIGIBLE" {
		name = "LOW"
	}
	return types.NewSeverity(name)
}

func vulnerabilityOf(one advisory, source types.SourceID) types.Vulnerability {
	severity, _ := severityOf(one)
	details := types.Vulnerability{
		Title:            one.Description,
		Description:      one.Description,
		VendorSeverity:   types.VendorSeverity{source: severity},
		References:       []string{one.URL},
		PublishedDate:    &one.Published,
		LastModifiedDate: &one.Published,
	}
	if one.CVSS != "" {
		details.CVSS = types.VendorCVSS{source: types.CVSS{V3Vector: one.CVSS}}
	}
	return details
}
